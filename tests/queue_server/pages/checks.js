/** What is wrong with the page in front: returns sentences. Loaded by the tests; no page uses it. */
() => {
  const faults = [];
  const name = (node) => `${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""}.${node.getAttribute("class") ?? ""} "${node.textContent.trim().slice(0, 20)}"`;
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // nothing wider or higher than its place
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`the page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  if (document.body.clientHeight === innerHeight && document.body.scrollHeight > innerHeight) faults.push("the screen is overfull");
  for (const node of document.body.querySelectorAll("*")) {
    if (!isSeen(node) || node.clientWidth === 0 || node.closest("svg")) continue;
    if (node.scrollWidth > node.clientWidth + 1) faults.push(`too wide: ${name(node)} ${node.scrollWidth} > ${node.clientWidth}`);
    const style = getComputedStyle(node);
    const isBox = style.overflowY === "hidden" || ["LI", "SECTION", "OL", "BUTTON", "HEADER"].includes(node.tagName);
    if (isBox && node.scrollHeight > node.clientHeight + 1) faults.push(`too high: ${name(node)} ${node.scrollHeight} > ${node.clientHeight}`);
  }

  // contrast of every text with what is behind it
  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const over = (top, below) => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha));
  };
  const behind = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) layers.push(numbers(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !isSeen(node) || node.matches("script, option, title")) continue;
    const style = getComputedStyle(node);
    const back = behind(node);
    const front = over(numbers(node.closest("svg") ? style.fill : style.color), back);
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${name(node)} ${style.color} on ${back.map(Math.round)}`);
  }

  // names, language, structure
  if (!["zh-CN", "en"].includes(root.lang)) faults.push(`language ${root.lang}`);
  if (!document.title) faults.push("no title");
  if (document.querySelectorAll("h1").length !== 1) faults.push("not exactly one h1");
  if (!document.querySelector("main")) faults.push("no main");
  for (const node of document.querySelectorAll("button, a, [role=group], section, nav")) {
    const label = node.ariaLabel || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent;
    const isNamed = (label || (node.matches("button, a") && node.textContent) || "").trim();
    if (isSeen(node) && !isNamed && node.matches("button, a, [role=group], nav")) faults.push(`no name: ${name(node)}`);
  }
  for (const node of document.querySelectorAll("input, select")) {
    if (!node.labels.length && !node.ariaLabel) faults.push(`no label: ${name(node)}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is used twice");
  const small = [...document.querySelectorAll("button, a")].filter((node) => isSeen(node) && node.getBoundingClientRect().height < 44);
  small.forEach((node) => faults.push(`too small to touch: ${name(node)}`));

  // Chinese in simplified mainland shapes
  if (root.lang === "zh-CN" && !getComputedStyle(document.body).fontFamily.startsWith('"Noto Sans CJK SC"')) faults.push("font");
  return faults;
}
