/** A seller's notice by its link: the letter, what can be sent against it, and what was. */

import { GROUNDS, STATES } from "../cases/case_words.js";
import { namedIn } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { getJson, postJson } from "../shared/api.js";
import { whileBusy } from "../shared/busy_button.js";
import { byId, element } from "../shared/element.js";
import { base64Of } from "../shared/file_base64.js";
import { counted, moment, productName } from "../shared/formatting.js";
import { attempt, clearProblem, showProblem } from "../shared/problem_box.js";
import { showComplaints, wireComplaint } from "./complaint.js";

const path = `/v1/case-notices/${encodeURIComponent(namedIn(location.pathname))}`;

byId("evidence-form").addEventListener("submit", send);
wireComplaint(path, show);
readNotice();

async function readNotice() {
  clearProblem(byId("notice-problem"));
  try {
    show(await getJson(path));
  } catch (problem) {
    byId("notice").replaceChildren(element("h1", {}, "This notice can’t be shown"));
    showProblem(byId("notice-problem"), problem);
  } finally {
    byId("notice").setAttribute("aria-busy", "false");
  }
}

function show(notice) {
  byId("notice").replaceChildren(
    element("h1", {}, notice.subject),
    element("p", { class: "notice-soft" }, `Case ${notice.case_id}, ${productName(notice.product)}, ${GROUNDS[notice.ground].toLowerCase()}, forwarded ${moment(notice.at)}. It is now: ${STATES[notice.state].title.toLowerCase()}.`),
    element("div", { class: "notice-letter", dir: "auto" }, notice.text),
    ...notice.outcomes.flatMap(({ at, subject, text }) => [
      element("h2", {}, subject),
      element("p", { class: "notice-soft" }, moment(at)),
      element("div", { class: "notice-letter", dir: "auto" }, text),
    ]),
  );
  byId("evidence-form").hidden = !notice.can_answer;
  byId("evidence-until").textContent = notice.answer_until === null ? "" : `It is taken until ${moment(notice.answer_until)}.`;
  byId("evidence-sent").hidden = notice.sent.length === 0;
  byId("sent-list").replaceChildren(
    ...notice.sent.map((sent) => element("li", {}, element("p", { class: "notice-soft" }, `${moment(sent.at)}, ${counted(sent.photos, "photo")}`), element("p", { dir: "auto" }, sent.text))),
  );
  showComplaints(notice);
}

async function send(event) {
  event.preventDefault();
  const [field, problemBox] = [byId("evidence-photos"), byId("evidence-problem")];
  clearProblem(problemBox);
  const most = Number(field.dataset.maxPhotos);
  if (field.files.length > most) {
    return showProblem(problemBox, { title: "Too many photos", detail: `Choose at most ${most} photos; you chose ${field.files.length}.` });
  }
  const work = async () => {
    const photos = await Promise.all([...field.files].map(async (file) => ({ base64: await base64Of(file) })));
    show(await postJson(path, { text: byId("evidence-text").value.trim(), photos }));
    byId("evidence-form").reset();
    announce("What you wrote was sent.");
    byId("sent-title").focus();
  };
  await whileBusy(byId("evidence-send"), "Sending…", () => attempt(problemBox, work));
}
