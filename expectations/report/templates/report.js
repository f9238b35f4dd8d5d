"use strict";
// All of the report reads without this script; it adds filters, sorting, and a light on an edit's other side.

for (const box of document.querySelectorAll("[data-filters]")) {
  const rows = [...document.getElementById(box.dataset.filters).tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const input = box.querySelector("input");
  const count = box.querySelector("output");
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      shown += !row.hidden;
    });
    count.value = words.length ? `${shown} of ${rows.length}` : "";
  };
  input.addEventListener("input", filter);
  box.hidden = false;
  filter(); // a browser that goes back brings the words back
}

for (const head of document.querySelectorAll("table.sortable th")) {
  const table = head.closest("table");
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  const key = (row) => {
    const cell = row.cells[head.cellIndex];
    return cell.dataset.value === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.value);
  };
  button.addEventListener("click", () => {
    const falls = head.ariaSort ? head.ariaSort === "ascending" : head.classList.contains("n");
    for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
    head.ariaSort = falls ? "descending" : "ascending";
    const keyed = [...table.tBodies[0].rows].map((row) => [key(row), row]);
    keyed.sort(([a], [b]) => (falls ? -1 : 1) * (a < b ? -1 : a > b ? 1 : 0));
    table.tBodies[0].append(...keyed.map(([, row]) => row));
  });
}

for (const event of ["pointerover", "pointerout", "focusin", "focusout"]) {
  document.addEventListener(event, ({ target }) => {
    const mark = target.closest?.("del a, ins a");
    if (mark) document.getElementById(mark.hash.slice(1))?.classList.toggle("twin", /over|in$/.test(event));
  });
}
