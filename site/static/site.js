// An explorer's frame is as high as what it shows; the explorer's page tells how high that is.
addEventListener("message", (event) => {
  for (const frame of document.querySelectorAll("iframe.explorer"))
    if (frame.contentWindow === event.source && event.data > 0) frame.style.height = `${event.data}px`;
});

// On a phone, the cells of a table stand below each other, each with its heading, where sentences
// would have no room beside each other. Tables of numbers are scrolled.
const phone = matchMedia("(max-width: 600px)");
function isCramped(table) {
  const cells = [...table.querySelectorAll("td")];
  const isHigh = (cell) => cell.offsetHeight > 9 * parseFloat(getComputedStyle(cell).fontSize);
  const tooWide = table.offsetWidth > table.parentElement.clientWidth + 1;
  return (tooWide || cells.some(isHigh)) && cells.some((cell) => cell.textContent.length > 30);
}
function stackTables() {
  for (const table of document.querySelectorAll(".bd-article table.table:has(thead)")) {
    table.classList.remove("stacked");
    table.querySelectorAll("td[hidden]").forEach((cell) => { cell.hidden = false; });
    if (!phone.matches || !isCramped(table)) continue;
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    table.classList.add("stacked");
    table.setAttribute("role", "table"); // which it is no more to a browser that shows blocks
    for (const row of table.rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, column) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "columnheader" : "cell");
        cell.dataset.head = heads[column] ?? "";
        cell.hidden = !cell.textContent.trim() && !cell.querySelector("img");
      });
    }
  }
}
phone.addEventListener("change", stackTables);
addEventListener("DOMContentLoaded", stackTables);
