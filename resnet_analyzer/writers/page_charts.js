// ---------------------------------------------------------------- charts for another size

const SVG = "http://www.w3.org/2000/svg";
const [CHART_WIDTH, CHART_TOP, CHART_LINE, PANEL_HEIGHT] = [600, 34, 27, 150];

function drawn(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function words(x, y, text, more = {}) {
  return drawn("text", { x, y, "font-size": 11.5, fill: "#1f2328", ...more }, text);
}

// bars of several figures side by side: the longest of each figure is as long as there is room
function barChart({ columns, looks, lines }, forms) {
  const height = CHART_TOP + CHART_LINE * lines.length + 34;
  const picture = drawn("svg", { width: CHART_WIDTH, height, viewBox: `0 0 ${CHART_WIDTH} ${height}` });
  const left = 20 + 7 * Math.max(...lines.map((line) => line.name.length));
  const column = (CHART_WIDTH - left - 10) / columns.length;
  columns.forEach((title, place) => {
    const x = left + place * column;
    picture.append(words(x, 20, title, { "font-weight": 600 }));
    const values = lines.map((line) => line.columns[place].map(([look, index]) => [look, forms.number(index)]));
    const sums = values.map((parts) => parts.reduce((sum, [, value]) => sum + value, 0n));
    const longest = Number(largestOf(sums)) || 1;
    lines.forEach((line, row) => {
      const y = CHART_TOP + CHART_LINE * row;
      let start = x;
      for (const [look, value] of values[row]) {
        const width = (Number(value) / longest) * (column - 74);
        const { fill, edge, word } = looks[look];
        const bar = drawn("rect", { x: start, y: y + 4, width, height: 14, fill, stroke: edge, "stroke-width": 0.8 });
        bar.append(drawn("title", {}, `${line.name}, ${word}: ${grouped(value)}`));
        picture.append(bar);
        start += width;
      }
      picture.append(words(start + 6, y + 15, sums[row] ? counted(sums[row]) : "\u2013"));
      if (place === 0) picture.append(words(4, y + 15, line.name));
    });
  });
  let x = 4;
  for (const { word, fill, edge } of looks) {
    const y = height - 18;
    picture.append(drawn("rect", { x, y, width: 20, height: 12, fill, stroke: edge }), words(x + 26, y + 10, word));
    x += 46 + 6.4 * word.length;
  }
  return picture;
}

// in full where that is short
const counted = (number) => (number < 100000n ? grouped(number) : short(number));
const largestOf = (numbers) => (numbers.length ? numbers.reduce((a, b) => (a > b ? a : b)) : 0n);
const smallestOf = (numbers) => numbers.reduce((a, b) => (a < b ? a : b));

// lines that stay level from one place to the next, one panel below the other
function stepChart(panels, label, forms) {
  const each = PANEL_HEIGHT + 50;
  const height = each * panels.length + 16;
  const picture = drawn("svg", { width: CHART_WIDTH, height, viewBox: `0 0 ${CHART_WIDTH} ${height}` });
  panels.forEach(({ title, values, logarithmic }, number) => {
    const points = values.map(([place, index]) => [place, forms.number(index)]);
    const [left, top, width] = [66, each * number + 34, CHART_WIDTH - 90];
    const last = points.at(-1)[0] || 1;
    const heights = points.map(([, value]) => (logarithmic ? Math.log2(Number(value)) : Number(value)));
    const [low, high] = [logarithmic ? Math.min(...heights) : 0, Math.max(...heights)];
    const at = (value) => top + PANEL_HEIGHT - ((value - low) / (high - low || 1)) * PANEL_HEIGHT;
    const across = (place) => left + (place / last) * width;
    picture.append(words(left, top - 14, title, { "font-weight": 600 }));
    const steps = points.map(([place], index) => {
      const from = index ? across((points[index - 1][0] + place) / 2) : across(place);
      return `${index ? "H" : "M"}${index ? from : `${from} ${at(heights[0])}`}${index ? `V${at(heights[index])}` : ""}`;
    });
    picture.append(drawn("path", { d: `M${left} ${top}V${top + PANEL_HEIGHT}H${left + width}`, fill: "none", stroke: "#57606a" }));
    picture.append(drawn("path", { d: `${steps.join("")}H${across(last)}`, fill: "none", stroke: "#1f2328", "stroke-width": 1.8 }));
    for (const [value, y] of marksOf(points, heights, at)) {
      picture.append(words(left - 6, y + 4, logarithmic ? value.toString() : short(value), { "text-anchor": "end" }));
    }
  });
  picture.append(words(66 + (CHART_WIDTH - 90) / 2, height - 6, label, { "text-anchor": "middle", fill: "#57606a" }));
  return picture;
}

// the values at which the axis is marked: those that occur, from above, as far as there is room
function marksOf(points, heights, at) {
  const found = [];
  const known = points.map(([, value], index) => [value, at(heights[index])]).sort((a, b) => a[1] - b[1]);
  for (const [value, y] of known) if (!found.length || y - found.at(-1)[1] >= 14) found.push([value, y]);
  return found;
}

// what middle units see, on the image: those of the stages dashed, the last one's filled where it lies on the image
function fieldChart({ image, shown, fill, edge, faint }, forms) {
  const [area, top, furthest] = [310, 16, 2n];
  const sides = image.map((index) => forms.number(index));
  const boxes = shown.map(([, , box]) => box.map((ends) => ends.map((index) => forms.number(index))));
  const lows = sides.map((side, axis) => largestOf([smallestOf([0n, ...boxes.map((box) => box[axis][0])]), -furthest * side]));
  const highs = sides.map((side, axis) => smallestOf([largestOf([side, ...boxes.map((box) => box[axis][1] + 1n)]), (furthest + 1n) * side]));
  const scale = area / Number(largestOf(highs.map((high, axis) => high - lows[axis])));
  const picture = drawn("svg", { width: CHART_WIDTH, height: area + 50, viewBox: `0 0 ${CHART_WIDTH} ${area + 50}` });
  const rectangle = (box, look) => {
    const [[up, down], [left, right]] = box.map(([first, last], axis) =>
      [largestOf([first, lows[axis]]), smallestOf([last + 1n, highs[axis]])]);
    return drawn("rect", { x: 14 + Number(left - lows[1]) * scale, y: top + Number(up - lows[0]) * scale,
      width: Math.max(Number(right - left) * scale, 1), height: Math.max(Number(down - up) * scale, 1), ...look });
  };
  picture.append(rectangle(sides.map((side) => [0n, side - 1n]), { fill: faint, stroke: "#1f2328", "stroke-width": 1.6 }));
  const inside = boxes.at(-1).map(([first, end], axis) => [largestOf([first, 0n]), smallestOf([end, sides[axis] - 1n])]);
  if (inside.every(([first, end]) => first <= end)) picture.append(rectangle(inside, { fill }));
  shown.forEach(([name, size], place) => {
    const last = place === shown.length - 1;
    const look = last ? { stroke: edge, "stroke-width": 2 } : { stroke: "#57606a", "stroke-dasharray": "3 2" };
    picture.append(rectangle(boxes[place], { fill: "none", ...look }));
    const y = top + 10 + 30 * place;
    picture.append(drawn("path", { d: `M${area + 36} ${y}h22`, fill: "none", ...look }));
    picture.append(words(area + 66, y - 2, name, last ? { "font-weight": 700 } : {}), words(area + 66, y + 12, pageWords("pixels", size), { fill: "#57606a" }));
  });
  picture.append(words(14, area + 40, `${sides.join("\u00d7")}`, { fill: "#57606a" }));
  return picture;
}

// layers under the roof of a device, both axes logarithmic
function roofChart({ looks, points, peak, bandwidth, over, titles }, forms) {
  const [left, top, width, height] = [74, 40, CHART_WIDTH - 100, 240];
  const places = points.map(([look, work, moved, time]) => {
    const [operations, bytes, above] = [work, moved, time].map((index) => Number(forms.number(index)));
    return [look, operations / bytes, (operations / above) * over];
  });
  const ridge = peak / bandwidth;
  const xs = [...places.map(([, x]) => x), ridge], low = Math.min(...xs) / 1.5, high = Math.max(...xs) * 1.5;
  const bottom = Math.min(...places.map(([, , y]) => y), bandwidth * low) / 1.2, roof = peak * 1.3;
  const across = (x) => left + (width * Math.log(x / low)) / Math.log(high / low);
  const at = (y) => top + height - (height * Math.log(y / bottom)) / Math.log(roof / bottom);
  const picture = drawn("svg", { width: CHART_WIDTH, height: top + height + 52, viewBox: `0 0 ${CHART_WIDTH} ${top + height + 52}` });
  let x = 4;
  for (const { word, fill, edge } of looks) {
    picture.append(drawn("circle", { cx: x + 6, cy: 10, r: 4, fill, stroke: edge }), words(x + 16, 14, word));
    x += 36 + 6.4 * word.length;
  }
  picture.append(words(4, 32, titles[0], { fill: "#57606a" }), words(left + width / 2, top + height + 44, titles[1], { "text-anchor": "middle", fill: "#57606a" }));
  picture.append(drawn("path", { d: `M${left} ${top}V${top + height}H${left + width}`, fill: "none", stroke: "#57606a" }));
  for (let mark = 3; mark < 22; mark += 1) {
    const value = 10 ** mark;
    if (value >= bottom && value <= roof) picture.append(words(left - 6, at(value) + 4, short(10n ** BigInt(mark)).replace(/\.0+ /, " ").trim(), { "text-anchor": "end" }));
  }
  for (let mark = -6; mark < 12; mark += 1) {
    const value = 10 ** mark;
    if (value >= low && value <= high) picture.append(words(across(value), top + height + 18, value.toString(), { "text-anchor": "middle" }));
  }
  picture.append(drawn("path", { d: `M${across(low)} ${at(bandwidth * low)}L${across(ridge)} ${at(peak)}H${left + width}`, fill: "none", stroke: "#57606a", "stroke-width": 1.6 }));
  for (const [look, intensity, rate] of places) {
    picture.append(drawn("circle", { cx: across(intensity), cy: at(rate), r: 4, fill: looks[look].fill, stroke: looks[look].edge }));
  }
  return picture;
}

function chartOf(spec, forms) {
  if (spec.bars) return barChart(spec.bars, forms);
  if (spec.fields) return fieldChart(spec.fields, forms);
  return spec.roof ? roofChart(spec.roof, forms) : stepChart(spec.steps, spec.label, forms);
}

class Chart {
  constructor(name, spec, figure) {
    Object.assign(this, { name, spec, figure });
    this.home = figure.querySelector("svg");
  }

  show(forms, moved) {
    if (this.now) this.now.remove();
    this.home.style.display = moved ? "none" : "";
    if (!moved) return;
    this.now = chartOf(this.spec, forms);
    this.now.setAttribute("role", "img");
    this.now.setAttribute("aria-label", `${this.home.getAttribute("aria-label").split(/[.:;。：；]/)[0]}, ${pageWords("redrawn")}`);
    this.now.classList.add("live");
    this.home.after(this.now);
  }
}

// ---------------------------------------------------------------- words of a drawing for another size

class Label {
  constructor(group, cell) {
    Object.assign(this, { group, cell });
    if (group.tagName === "text") return this.ofText();
    this.glyphs = group.querySelector("g");
    const [, x, y, scale] = /translate\(([\d.-]+) ([\d.-]+)\) scale\(([\d.]+)/.exec(this.glyphs.getAttribute("transform"));
    this.middle = /-label\d/.test(group.id);
    const box = group.getBBox();
    const start = this.middle ? box.x + box.width / 2 : Number(x);
    const fill = this.glyphs.getAttribute("fill") || "#000000";
    const bold = /-size\d/.test(group.id) ? 700 : 400;
    this.text = words(start, Number(y), "", { "font-size": scale * 100, fill, "font-weight": bold });
    this.text.setAttribute("text-anchor", this.middle ? "middle" : "start");
    this.text.style.display = "none";
    group.append(this.text);
  }

  // a word that is no outline: it only says something else
  ofText() {
    const [home, length] = [this.group.textContent, this.group.getAttribute("textLength")];
    this.show = (forms, moved) => {
      this.group.textContent = moved ? spelled(this.cell, null, forms).text : home;
      if (moved) this.group.removeAttribute("textLength");
      else if (length) this.group.setAttribute("textLength", length);
    };
  }

  show(forms, moved) {
    this.text.textContent = spelled(this.cell, null, forms).text;
    this.text.style.display = moved ? "" : "none";
    this.glyphs.style.display = moved ? "none" : "";
  }
}
