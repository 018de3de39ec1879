/** The first page: photos in, verdict out. */

import { VerdictView } from "../check/verdict_view.js";
import { addressOf } from "../shared/address.js";
import { announce } from "../shared/announcer.js";
import { getJson, sendCheck } from "../shared/api.js";
import { wireForgetting } from "../shared/api_key.js";
import { byId, element } from "../shared/element.js";
import { counted, percent, productName } from "../shared/formatting.js";
import { newIdempotencyKey } from "../shared/idempotency_key.js";
import { wireKeys } from "../shared/keys.js";
import { clearProblem, showProblem } from "../shared/problem_box.js";
import { outcomeWords, pageTitle } from "../shared/wording.js";
import { PhotoTray } from "./photo_tray.js";

const problemBox = byId("compose-problem");
const send = byId("send");
let view = null;
let answered = null; // the latest verdict, which has an address of its own where the server keeps checks
let sending = false;
let attempt = { sent: null, key: null }; // one Idempotency-Key while the request stays the same

const tray = new PhotoTray(({ photos }) => {
  send.textContent = photos.length ? `Check ${counted(photos.length, "photo")}` : "Check photos";
});

wireKeys();
wireForgetting();
byId("compose-form").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
addEventListener("popstate", follow);
offerProducts();

/** Fill the choice of products; one product needs no choosing. */
async function offerProducts() {
  try {
    const { bundles } = await getJson("/v1/bundles");
    const products = [...new Set(bundles.flatMap((bundle) => bundle.products))].sort();
    const several = products.length > 1;
    byId("product").replaceChildren(
      ...(several ? [element("option", { value: "" }, "Choose the product")] : []),
      ...products.map((product) => element("option", { value: product }, productName(product))),
    );
    byId("product-field").hidden = !several;
  } catch (problem) {
    showProblem(problemBox, problem);
  }
}

async function check() {
  if (sending || !tray.takeTypedUrl()) return;
  if (!tray.photos.length) return refuseEmpty();
  clearProblem(problemBox);
  tray.markErrors([]);
  setSending(true);
  try {
    const answer = await sendCheck({ photos: tray.photos, listing: listing(), idempotencyKey: keyOfAttempt(), onSent: showProgress });
    answered = answer;
    tray.markErrors(answer.photos.filter(({ error }) => error).map(({ index, error }) => ({ index, message: error.message })));
    const reviews = await keptReviews(answer.check_id);
    if (reviews) history.pushState(null, "", addressOfCheck(answer));
    showAnswer(answer, reviews);
  } catch (problem) {
    showRefusal(problem);
  } finally {
    setSending(false);
  }
}

function listing() {
  const about = {};
  if (byId("product").value) about.product = byId("product").value;
  if (byId("listing-id").value.trim()) about.listing_id = byId("listing-id").value.trim();
  return about;
}

/** Show what belongs to the address after Back or Forward: the photos, or the verdict on them. */
async function follow() {
  if (location.pathname === addressOf("/")) return view && showPhotos();
  if (!answered || location.pathname !== addressOfCheck(answered)) return location.reload();
  if (!view) showAnswer(answered, await keptReviews(answered.check_id));
}

function addressOfCheck({ check_id }) {
  return addressOf(`/checks/${encodeURIComponent(check_id)}`);
}

function showAnswer(answer, reviews) {
  view = new VerdictView(answer, { reviews, fallbackUrls: tray.urls, actions: nextSteps(answer) });
  byId("compose").hidden = true;
  byId("answer").replaceChildren(view.root);
  byId("answer").hidden = false;
  const { title } = outcomeWords(answer);
  document.title = pageTitle(answer);
  scrollTo(0, 0);
  view.title.focus();
  announce(answer.authenticity === null ? `${title}.` : `${title}. Authenticity ${percent(answer.authenticity)}.`);
}

/** The next steps: better photos where they are asked for, else the next listing. */
function nextSteps({ authenticity }) {
  const asksForPhotos = authenticity === null;
  const change = { type: "button", class: asksForPhotos && "primary", click: () => backToPhotos(false) };
  const another = { type: "button", class: !asksForPhotos && "primary", click: () => backToPhotos(true) };
  const steps = [element("button", another, "Check another listing"), element("button", change, "Change these photos")];
  return asksForPhotos ? steps.reverse() : steps;
}

/** The check's reviews (there are some after a retry), or null where the server keeps no checks. */
async function keptReviews(checkId) {
  try {
    return (await getJson(`/v1/checks/${encodeURIComponent(checkId)}`)).reviews;
  } catch (problem) {
    if (problem.status === 404) return null;
    throw problem;
  }
}

/** Back to the photos, by the browser's history where the verdict has an address of its own. */
function backToPhotos(another) {
  if (another) {
    tray.clear();
    byId("listing-id").value = "";
  }
  if (location.pathname === addressOf("/")) showPhotos();
  else history.back();
}

function showPhotos() {
  view.close();
  view = null;
  byId("answer").hidden = true;
  byId("compose").hidden = false;
  document.title = "New check · Touchstone";
  scrollTo(0, 0);
  byId("compose-title").focus();
}

function refuseEmpty() {
  showProblem(problemBox, { title: "There is no photo yet", detail: "Choose, drop or paste at least one photo of the item." });
  byId("choose-photos").focus();
}

function showRefusal(problem) {
  const ofPhotos = (problem.errors ?? []).filter(({ photo }) => Number.isInteger(photo));
  tray.markErrors(ofPhotos.map(({ photo, message }) => ({ index: photo, message })));
  showProblem(problemBox, problem);
  problemBox.scrollIntoView({ block: "nearest" });
  if (problem.code === "product_required") byId("product").focus();
}

function setSending(on) {
  sending = on;
  send.disabled = on;
  byId("tray").inert = on;
  byId("progress").hidden = !on;
  if (on) showProgress(0);
}

function showProgress(share) {
  const bar = byId("progress-bar");
  const photos = counted(tray.photos.length, "photo");
  if (share < 1) {
    bar.value = share;
    byId("progress-words").textContent = `Sending ${photos}, ${Math.round(share * 100)} %`;
    return;
  }
  bar.removeAttribute("value");
  byId("progress-words").textContent = `Judging ${photos}…`;
  announce(`Sent. Judging ${photos}.`);
}

/** A retry of the same photos and details has the same key, so that a lost answer never makes a second check. */
function keyOfAttempt() {
  const sent = JSON.stringify([tray.identities, listing()]);
  if (sent !== attempt.sent) attempt = { sent, key: newIdempotencyKey() };
  return attempt.key;
}
