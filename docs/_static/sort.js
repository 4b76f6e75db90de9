// Tables of data are sorted by a click, or Enter, on the head of a column: by number where all cells are numbers, else by
// text. Long names of parameters may break after a dot or an underscore.
document.addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("table.sourced")) {
    for (const name of table.querySelectorAll("td:first-child code .pre")) {
      const parts = name.textContent.split(/(?<=[._])/);
      name.replaceChildren(...parts.flatMap((part) => [part, document.createElement("wbr")]));
    }
    const body = table.tBodies[0];
    const heads = [...table.querySelectorAll("thead th")];
    heads.forEach((head, column) => {
      head.setAttribute("aria-sort", "none");
      head.tabIndex = 0;
      const sort = () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        const text = (row) => row.cells[column].textContent.trim();
        const rows = [...body.rows];
        const numbers = rows.every((row) => text(row) !== "" && !Number.isNaN(Number(text(row))));
        rows.sort((a, b) => (numbers ? Number(text(a)) - Number(text(b)) : text(a).localeCompare(text(b))));
        if (down) rows.reverse();
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        body.append(...rows);
      };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", (event) => event.key === "Enter" && sort());
    });
  }
});
