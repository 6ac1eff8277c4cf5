// Every visible text of the page with its colour, its ground and its size, as the browser shows them.
() => {
  const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const over = (top, bottom) => {
    const alpha = top.length > 3 ? top[3] : 1;
    return [0, 1, 2].map((i) => top[i] * alpha + bottom[i] * (1 - alpha));
  };
  const ground = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) layers.push(parse(getComputedStyle(n).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const below = ground(node);
    found.push({
      text: text.slice(0, 60),
      colour: over(parse(getComputedStyle(node).color), below),
      ground: below,
      size: parseFloat(getComputedStyle(node).fontSize),
    });
  }
  return found;
}
