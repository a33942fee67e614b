// Draws each snapshot as the page itself does, and tells what a buyer could not read, scan or press.
const [snapshots, leastPixels, isTouched] = arguments;
const stage = document.getElementById("stage");
const problems = [];
const width = window.innerWidth, height = window.innerHeight, ratio = window.devicePixelRatio;

const colour = (text) => {
  const parts = text.match(/[\d.]+/g).map(Number);
  return { r: parts[0], g: parts[1], b: parts[2], a: parts.length > 3 ? parts[3] : 1 };
};
const over = (top, below) => ({
  r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
  b: top.b * top.a + below.b * (1 - top.a), a: 1,
});
const light = ({ r, g, b }) => {
  const part = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const contrast = (a, b) => {
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
function ground(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(colour(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
}
function texts() {
  const found = [];
  const walker = document.createTreeWalker(stage, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || element.closest("svg")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    // A font's box is higher than its letters: between lines only the letters count.
    const lines = [...range.getClientRects()].map((box) => ({
      left: box.left, right: box.right, top: box.top + box.height * 0.2, bottom: box.bottom - box.height * 0.2,
    }));
    found.push({ element, words: node.textContent.trim(), box: range.getBoundingClientRect(), lines });
  }
  return found;
}
const outside = (box) => box.left < -0.5 || box.top < -0.5 || box.right > width + 0.5 || box.bottom > height + 0.5;
const overlaps = (lines, others) => lines.some((line) => others.some((other) => overlap(line, other)));
const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5
  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5;

for (const { name, snapshot } of snapshots) {
  window.show(snapshot);
  const tell = (what) => problems.push(`${name}: ${what}`);
  const all = texts();
  if (document.documentElement.scrollWidth > width) tell("the page is wider than the screen");
  for (const { element, words, box } of all) {
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    if (outside(box)) tell(`"${words}" is outside: ${JSON.stringify(box)}`);
    for (let at = element; at && at !== stage; at = at.parentElement) {
      const holder = at.getBoundingClientRect(), clips = getComputedStyle(at).overflow !== "visible";
      if (clips && (box.right > holder.right + 1 || box.bottom > holder.bottom + 1)) tell(`"${words}" is cut`);
    }
    if (size < 12) tell(`"${words}" has ${size} px`);
    const below = ground(element), ratio = contrast(over(colour(style.color), below), below);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) tell(`"${words}" has a contrast of ${ratio.toFixed(2)}`);
  }
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) {
      if (one.element === other.element || !overlaps(one.lines, other.lines)) continue;
      tell(`"${one.words}" and "${other.words}" lie over each other`);
    }
  }
  for (const button of stage.querySelectorAll("button, .languages a")) {
    if (!button.checkVisibility({ visibilityProperty: true })) continue;
    const box = button.getBoundingClientRect(), least = button.matches("a") ? 44 : 56;
    if (outside(box)) tell(`the button ${button.textContent} is outside`);
    if (isTouched && (box.height < (button.closest(".rating") ? 44 : least) || box.width < 44)) {
      tell(`the button ${button.textContent} is ${box.width} by ${box.height} px`);
    }
    for (const { words, lines, element } of all) {
      if (!button.contains(element) && overlaps([box], lines)) tell(`a button lies over "${words}"`);
    }
  }
  const symbol = stage.querySelector(".symbol svg"), isWanted = snapshot.view.code !== null;
  if (isWanted !== (symbol !== null)) tell(isWanted ? "no code" : "a code that must not be there");
  if (symbol) {
    const box = symbol.getBoundingClientRect(), modules = Number(symbol.closest(".symbol").dataset.modules);
    const module = (box.width * ratio) / modules, whole = (value) => Math.abs(value - Math.round(value)) < 0.01;
    if (!whole(module) || Math.abs(box.width - box.height) > 0.01) tell(`a module has ${module} pixels`);
    if (!whole(box.left * ratio) || !whole(box.top * ratio)) tell(`the code is at ${box.left}, ${box.top}`);
    if (Math.round(module) < leastPixels) tell(`a module has only ${module} pixels`);
    if (outside(box)) tell("the code is outside");
    for (const { words, lines } of all) if (overlaps([box], lines)) tell(`"${words}" lies over the code`);
    const card = getComputedStyle(symbol.closest(".card")).backgroundColor;
    if (card !== "rgb(255, 255, 255)") tell(`the code is on ${card}`);
  }
}
return problems;
