// Counts decisions, and saves them as the table that data.corrections reads. Nothing leaves the page by itself.
const listings = [...document.querySelectorAll(".listing")];
const save = document.getElementById("save");
let unsaved = false;

const decisionOf = (listing) => listing.querySelector("input:checked")?.value ?? "";
const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell));

function count() {
  for (const listing of listings) listing.classList.toggle("decided", decisionOf(listing) !== "");
  const decided = listings.filter((listing) => decisionOf(listing) !== "").length;
  document.getElementById("decided").textContent = `${decided} of ${listings.length} decided`;
}

document.addEventListener("change", () => {
  unsaved = true;
  count();
});

save.addEventListener("click", () => {
  const rows = listings.map((listing) => [...JSON.parse(listing.dataset.cells), decisionOf(listing)]);
  const lines = [JSON.parse(save.dataset.columns), ...rows].map((cells) => cells.map(quoted).join(","));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/csv" }));
  link.download = "disputed.csv";
  link.click();
  URL.revokeObjectURL(link.href);
  unsaved = false;
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
count(); // a browser may restore decisions when the page is loaded again
