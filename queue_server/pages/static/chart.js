/** A bar chart in plain SVG: a label, a bar and a number in each row. */

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 420;
const ROW = 44;
const LABEL = 118;
const NUMBER = 56;

function shape(tag, attributes, text) {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/**
 * @param {{label: string, value: number, className: string}[]} rows
 * @param {string} title what screen readers say of the whole
 */
export function barChart(rows, title) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  const chart = shape("svg", { viewBox: `0 0 ${WIDTH} ${rows.length * ROW}`, role: "img", class: "chart" });
  chart.append(shape("title", {}, `${title}: ${rows.map((row) => `${row.label} ${row.value}`).join(", ")}`));
  rows.forEach((row, index) => {
    const middle = index * ROW + ROW / 2;
    const width = (row.value / most) * (WIDTH - LABEL - NUMBER);
    chart.append(
      shape("text", { x: LABEL - 12, y: middle, class: "chart-label" }, row.label),
      shape("rect", { x: LABEL, y: middle - 11, width: WIDTH - LABEL - NUMBER, height: 22, rx: 4, class: "chart-track" }),
      shape("rect", { x: LABEL, y: middle - 11, width, height: 22, rx: 4, class: row.className }),
      shape("text", { x: WIDTH, y: middle, class: "chart-number" }, row.value),
    );
  });
  return chart;
}
