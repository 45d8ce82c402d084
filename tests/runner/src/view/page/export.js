// What can be taken along: the picture as SVG, the events in sight as text, and the page on paper.

/** As much of a canvas' context as the picture needs, that writes SVG. */
class SvgPen {
  constructor(width, height) {
    Object.assign(this, { width, height, parts: [], path: '', dash: [], fillStyle: '#000', strokeStyle: '#000', lineWidth: 1, font: '' });
  }
  setLineDash(dash) { this.dash = dash; }
  beginPath() { this.path = ''; }
  moveTo(x, y) { this.path += `M${x.toFixed(1)} ${y.toFixed(1)}`; }
  lineTo(x, y) { this.path += `L${x.toFixed(1)} ${y.toFixed(1)}`; }
  arc(x, y, r) { this.path += `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`; }
  stroke() { this.parts.push(`<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"${this.dash.length ? ` stroke-dasharray="${this.dash}"` : ''}/>`); }
  fill() { this.parts.push(`<path d="${this.path}Z" fill="${this.fillStyle}"/>`); }
  box(x, y, w, h, paint) { this.parts.push(`<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, w).toFixed(1)}" height="${Math.max(0, h).toFixed(1)}" ${paint}/>`); }
  fillRect(x, y, w, h) { this.box(x, y, w, h, `fill="${this.fillStyle}"`); }
  strokeRect(x, y, w, h) { this.box(x, y, w, h, `fill="none" stroke="${this.strokeStyle}"`); }
  fillText(text, x, y) {
    const safe = String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    this.parts.push(`<text x="${x.toFixed(1)}" y="${(y + 4).toFixed(1)}" fill="${this.fillStyle}">${safe}</text>`);
  }
  text() { return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${this.width} ${this.height}" font-family="monospace" font-size="11">${this.parts.join('')}</svg>\n`; }
}

function asSvg(view) {
  const pen = new SvgPen(view.picture.width, view.picture.height);
  view.picture.draw(pen);
  return pen.text();
}

/** The events in sight as a list, as `raftlab replay --plain` has them. */
function asText(view) {
  const { run } = view, [first, last] = view.sight(), lines = [];
  for (let k = first; k <= last; k++) {
    const i = view.events[k];
    lines.push(`${run.seconds(i).padStart(11)}  ${run.laneName(i)} ${tell(run, i)}`);
  }
  return `${lines.join('\n')}\n`;
}

function keep(name, type, text) {
  const link = make('a', '', { href: URL.createObjectURL(new Blob([text], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const ON_PAPER = 60;

/** A canvas keeps its colours: it is drawn again in those of paper. */
function onPaper(view, is) {
  document.documentElement.classList.toggle('paper', is);
  view.picture.readColours();
  view.draw();
}

/** On paper nothing can be scrolled: what stands around the cursor is laid out as a table. */
function layOut(view) {
  const { run } = view, at = view.rank(view.cursor), table = make('table');
  for (let k = Math.max(0, at - ON_PAPER); k < Math.min(view.events.length, at + ON_PAPER / 3); k++) {
    const i = view.events[k], row = make('tr');
    const number = view.evidence.events.findIndex((one) => one.i === i);
    row.append(make('td', number >= 0 ? `(${number + 1})` : i === view.cursor ? '▶' : ''), make('td', run.seconds(i)), make('td', run.laneName(i)), make('td', tell(run, i)));
    table.append(row);
  }
  document.getElementById('print').replaceChildren(make('h2', `events around ${run.seconds(view.cursor)} s`), table);
}
