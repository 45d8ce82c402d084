// The picture: a lane for each server, time from left to right, either a step for each event or to
// scale. Only what is in sight is drawn; where events stand too close, only how many there are.

const AXIS = 18, DRIVER = 20, CLIENT = 20, NAMES = 46, TOO_MANY = 3000;
const COLOURS = ['rv', 'ae', 'is', 'other'];

class Picture {
  constructor(view) {
    this.view = view;
    this.canvas = document.getElementById('canvas');
    this.hits = [];
    this.colours = {};
    this.readColours();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.readColours(); view.refresh(); });
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['paper', 'ink', 'faint', 'line', 'bad', 'mark', 'cursor', 'follower', 'candidate', 'down', 'panel', ...COLOURS]) this.colours[name] = style.getPropertyValue(`--${name}`).trim();
    this.terms = [0, 1, 2, 3, 4, 5].map((k) => style.getPropertyValue(`--t${k}`).trim());
  }

  layout() {
    const { run } = this.view;
    const width = this.canvas.clientWidth || 900;
    const lane = run.servers > 9 ? 34 : run.servers > 5 ? 56 : 74;
    this.laneHeight = lane;
    this.width = width;
    this.height = AXIS + DRIVER + lane * run.servers + CLIENT * Math.min(run.clients, 12) + 8;
    const scale = devicePixelRatio || 1;
    this.canvas.style.height = `${this.height}px`;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(this.height * scale);
    const pen = this.canvas.getContext('2d');
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    return pen;
  }

  laneY(lane) {
    const { run } = this.view, name = run.lanes[lane] || '';
    if (name[0] === 'n') return this.serverY(Number(name.slice(1)));
    if (name[0] === 'c') return AXIS + DRIVER + this.laneHeight * run.servers + CLIENT * (Math.min(Number(name.slice(1)), 11) + 0.5);
    return AXIS + DRIVER / 2;
  }
  serverY(server) { return AXIS + DRIVER + this.laneHeight * (server + 0.5); }

  /** Draws all with a pen, a canvas' or one that writes SVG. */
  draw(pen = this.layout()) {
    const { view, colours } = this, [first, last] = view.sight();
    this.hits = [];
    this.labels = [];
    pen.font = '11px ui-monospace, monospace';
    pen.textBaseline = 'middle';
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, this.width, this.height);
    this.roles(pen, first, last);
    this.axis(pen, first, last);
    this.driver(pen, first, last);
    const crowded = last - first > TOO_MANY;
    if (crowded) this.density(pen, first, last);
    else { this.folds(pen, first, last); this.messages(pen, first, last); this.marks(pen, first, last); }
    this.operations(pen, first, last);
    this.wrong(pen, first, last);
    this.names(pen);
    this.cursor(pen);
  }

  line(pen, x1, y1, x2, y2) { pen.beginPath(); pen.moveTo(x1, y1); pen.lineTo(x2, y2); pen.stroke(); }

  roleColour({ up, role, term }) {
    if (up === 'down') return this.colours.down;
    if (role === 'leader') return this.terms[(term || 0) % this.terms.length];
    return role === 'candidate' ? this.colours.candidate : this.colours.follower;
  }

  roles(pen, first, last) {
    const { view } = this, { run, standing } = view, half = this.laneHeight / 2 - 3;
    const from = view.events[first] ?? 0, to = view.events[last] ?? run.n - 1;
    for (let server = 0; server < run.servers; server++) {
      const y = this.serverY(server), places = standing.places[server];
      let i = from, labelled = '';
      for (let k = 0; i <= to && k < 4000; k++) {
        const state = standing.at(server, i), key = this.key(state);
        let next = to + 1;
        for (let p = this.after(places, i); p < places.length && places[p] <= to; p++) {
          if (this.key(standing.values[server][p]) !== key) { next = places[p]; break; }
        }
        const x1 = Math.max(NAMES, view.x(i)), x2 = next > to ? this.width : view.x(next);
        if (x2 > NAMES) this.stretch(pen, state, x1, x2, y, half);
        const label = state.up === 'down' ? 'down' : `${(state.role || '?')[0].toUpperCase()}${state.term ?? '?'}${state.connected ? '' : ' cut off'}`;
        if (x2 - x1 > label.length * 6.8 + 4 && label !== labelled) {
          pen.fillStyle = this.colours.ink;
          pen.fillText(label, x1 + 3, y - half + 7);
          labelled = label;
        }
        i = next;
      }
    }
  }
  key(state) { return `${state.up}${state.role}${state.term}${state.connected}`; }
  after(places, i) {
    let low = 0, high = places.length;
    while (low < high) { const mid = (low + high) >> 1; if (places[mid] <= i) low = mid + 1; else high = mid; }
    return low;
  }

  stretch(pen, state, x1, x2, y, half) {
    const { colours } = this;
    pen.fillStyle = this.roleColour(state);
    pen.fillRect(x1, y - half, x2 - x1, 2 * half);
    if (state.up === 'down') {
      pen.strokeStyle = colours.faint;
      for (let x = x1; x < x2; x += 7) this.line(pen, x, y + half, Math.min(x + 10, x2), y - half);
    } else if (!state.connected) {
      pen.strokeStyle = colours.bad;
      pen.setLineDash([2, 3]);
      this.line(pen, x1, y - half, x2, y - half);
      this.line(pen, x1, y + half, x2, y + half);
      pen.setLineDash([]);
    }
  }

  axis(pen, first, last) {
    const { view, colours } = this;
    pen.fillStyle = colours.faint;
    pen.strokeStyle = colours.line;
    let free = NAMES;
    for (const i of view.ticks(first, last, this.width)) {
      const x = view.x(i);
      if (x < free) continue;
      const text = view.run.seconds(i);
      this.line(pen, x, AXIS - 4, x, this.height);
      pen.fillText(text, x + 2, AXIS / 2);
      free = x + 84;
    }
  }

  driver(pen, first, last) {
    const { view, colours } = this, { run } = view, y = AXIS + DRIVER / 2;
    pen.font = '11px system-ui, sans-serif';
    const steps = view.steps, from = view.events[first] ?? 0, to = view.events[last] ?? run.n;
    for (let k = 0; k < steps.length; k++) {
      const i = steps[k], next = steps[k + 1] ?? run.n;
      if (next < from || i > to) continue;
      const x1 = Math.max(NAMES, view.x(i)), x2 = next >= run.n ? this.width : Math.min(this.width, view.x(next));
      const failed = view.evidence.end >= 0 && view.evidence.end >= i && view.evidence.end < next;
      pen.strokeStyle = failed ? colours.bad : colours.faint;
      pen.fillStyle = colours.panel;
      pen.fillRect(x1, y - 8, Math.max(1, x2 - x1 - 2), 16);
      pen.strokeRect(x1, y - 8, Math.max(1, x2 - x1 - 2), 16);
      pen.fillStyle = failed ? colours.bad : colours.ink;
      const text = tell(run, i).replace(/^test: /, '');
      const room = Math.floor((x2 - x1 - 8) / 6.4);
      if (room > 3) pen.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, x1 + 4, y);
    }
    pen.font = '11px ui-monospace, monospace';
  }

  density(pen, first, last) {
    const { view, colours } = this, { run } = view, bins = new Map();
    for (let k = first; k <= last; k++) {
      const i = view.events[k], x = Math.floor(view.x(i) / 2) * 2, key = x * 64 + Math.max(0, run.server[i] + 1);
      bins.set(key, (bins.get(key) || 0) + 1);
    }
    pen.fillStyle = colours.ae;
    const most = Math.max(1, ...bins.values());
    for (const [key, count] of bins) {
      const server = (key % 64) - 1, x = Math.floor(key / 64);
      if (server < 0 || x < NAMES) continue;
      const h = 3 + (this.laneHeight - 26) * Math.sqrt(count / most);
      pen.fillRect(x, this.serverY(server) + 8 - h / 2, 2, h);
    }
  }

  folds(pen, first, last) {
    const { view, colours } = this;
    if (view.byTime) return;
    pen.fillStyle = colours.faint;
    for (let k = Math.max(1, first); k <= last; k++) {
      const hidden = view.events[k] - view.events[k - 1] - 1;
      if (hidden < 1) continue;
      const x = view.x(view.events[k]) - view.step / 2;
      pen.fillText('⋯', x - 4, this.height - 14);
      if (view.step > 20) pen.fillText(String(hidden), x - 6, this.height - 5);
    }
  }

  messages(pen, first, last) {
    const { view } = this, { arrows } = view.ways;
    for (const arrow of view.arrowsIn(first, last)) this.arrow(pen, arrow, false);
    const own = arrows[view.ways.arrowAt[view.cursor]];
    if (own) this.arrow(pen, own, true);
  }

  arrow(pen, arrow, chosen) {
    const { view, colours } = this, { run } = view, m = run.message(arrow.from);
    const x1 = view.x(arrow.from), y1 = this.nameY(m.from);
    const lost = arrow.lost !== null, open = arrow.to < 0;
    let x2 = open ? x1 + 40 : view.x(arrow.to), y2 = this.nameY(m.to ?? m.from);
    if (lost) { x2 = arrow.from === arrow.to || x2 - x1 < 10 ? x1 + 12 : x2; y2 = y1 + (y2 - y1) * 0.45; }
    if (open) y2 = y1 + (y2 - y1) * 0.6;
    if (x2 < NAMES || x1 > this.width) return;
    const type = typeOf(m).toLowerCase();
    pen.strokeStyle = pen.fillStyle = lost ? colours.bad : colours[type] || colours.other;
    pen.lineWidth = chosen ? 3 : arrow.copy ? 1.8 : 1.1;
    pen.setLineDash(arrow.reply ? [4, 3] : []);
    this.line(pen, x1, y1, x2, y2);
    pen.setLineDash([]);
    pen.lineWidth = 1;
    const length = Math.hypot(x2 - x1, y2 - y1) || 1, ux = (x2 - x1) / length, uy = (y2 - y1) / length;
    if (lost) pen.fillText('✕', x2 - 4, y2);
    else if (open) pen.fillText('…', x2, y2);
    else {
      pen.beginPath();
      pen.moveTo(x2, y2);
      pen.lineTo(x2 - 7 * ux - 3 * uy, y2 - 7 * uy + 3 * ux);
      pen.lineTo(x2 - 7 * ux + 3 * uy, y2 - 7 * uy - 3 * ux);
      pen.fill();
    }
    this.hits.push({ x1, y1, x2, y2, arrow });
    if (chosen || view.step >= 30 && !view.byTime) {
      const text = `${short(m)}${arrow.copy ? ' (again)' : ''}${lost && arrow.lost ? ` ${arrow.lost}` : ''}`;
      const share = arrow.reply ? 0.66 : 0.33, x = x1 + (x2 - x1) * share + 5, y = y1 + (y2 - y1) * share;
      this.label(pen, text, x, y, chosen);
    }
  }
  /** Words beside an arrow, where there is room for them. */
  label(pen, text, x, y, chosen) {
    const box = { x, y, x2: x + text.length * 6.7 + 6 };
    const taken = (b) => Math.abs(b.y - y) < 13 && b.x < box.x2 && box.x < b.x2;
    if (!chosen && this.labels.some(taken)) return;
    this.labels.push(box);
    if (chosen) { pen.fillStyle = this.colours.mark; pen.fillRect(x - 2, y - 7, box.x2 - x, 14); }
    pen.fillStyle = this.colours.ink;
    pen.fillText(text, x, y);
  }
  nameY(name) { return this.laneY(this.view.laneNumber.get(name) ?? -1); }

  marks(pen, first, last) {
    const { view, colours } = this, { run } = view;
    for (let k = first; k <= last; k++) {
      const i = view.events[k], x = view.x(i);
      if (x < NAMES) continue;
      const y = this.laneY(run.lane[i]);
      pen.fillStyle = colours.ink;
      if (run.isMessage(i)) { pen.fillRect(x - 1.5, y - 1.5, 3, 3); continue; }
      if (run.kind[i] === SAVE) { pen.fillText('◆', x - 4, y); continue; }
      const [kind, what] = run.other(i);
      switch (kind) {
        case 'apply': pen.fillText(view.step > 14 ? `●${what.index}` : '●', x - 4, y + 12); break;
        case 'start': pen.fillText('▲', x - 4, y); break;
        case 'crash': case 'stop': pen.fillStyle = colours.bad; pen.fillText('✕', x - 4, y); break;
        case 'snapshot': case 'install': pen.fillText('■', x - 4, y + 12); break;
        case 'warning': pen.fillStyle = colours.bad; pen.fillText('!', x - 2, y + 12); break;
        case 'connect': pen.fillText('+', x - 3, y); break;
        case 'disconnect': pen.fillStyle = colours.bad; pen.fillText('–', x - 3, y); break;
        case 'log': pen.fillRect(x - 0.5, y + 6, 1, 8); break;
        case 'partition': this.partition(pen, i, x, what); break;
        default: pen.fillRect(x - 0.5, y - 4, 1, 8);
      }
    }
    pen.fillStyle = colours.ink;
    for (const { i, server } of view.standing.elections) {
      const x = view.x(i);
      if (x <= NAMES || x >= this.width || !view.shown[i]) continue;
      pen.fillRect(x - 1, this.serverY(server) - 16, 2.5, 12);
      if (view.step >= 24) pen.fillText('stands', x + 5, this.serverY(server) - 12);
    }
  }

  partition(pen, i, x, sides) {
    pen.strokeStyle = this.colours.bad;
    pen.setLineDash([6, 3]);
    this.line(pen, x, AXIS + DRIVER, x, AXIS + DRIVER + this.laneHeight * this.view.run.servers);
    pen.setLineDash([]);
    pen.fillStyle = this.colours.bad;
    sides.forEach((side, k) => { for (const name of side) pen.fillText(sides.length > 1 ? 'ABCDEFG'[k] ?? '?' : '=', x + 3, this.nameY(name) - 12); });
  }

  operations(pen, first, last) {
    const { view, colours } = this, from = view.events[first] ?? 0, to = view.events[last] ?? view.run.n;
    pen.font = '10px ui-monospace, monospace';
    for (const op of view.operations) {
      if (op.client > 11 || op.from > to || (op.to >= 0 && op.to < from)) continue;
      const x1 = Math.max(NAMES, view.x(op.from)), x2 = op.to >= 0 ? Math.min(this.width + 9, view.x(op.to)) : this.width + 9;
      const y = this.laneY(view.laneNumber.get(`c${op.client}`));
      pen.fillStyle = op.wrong ? colours.mark : colours.panel;
      pen.strokeStyle = op.wrong ? colours.bad : colours.faint;
      pen.lineWidth = op.wrong ? 2 : 1;
      pen.fillRect(x1, y - 8, Math.max(2, x2 - x1), 16);
      pen.strokeRect(x1, y - 8, Math.max(2, x2 - x1), 16);
      pen.lineWidth = 1;
      pen.fillStyle = op.wrong ? colours.bad : colours.ink;
      const room = Math.floor((x2 - x1 - 6) / 6.1), text = `${op.wrong ? '✗ ' : ''}${op.text}`;
      if (room > 2) pen.fillText(text.length > room ? `${text.slice(0, room - 1)}…` : text, x1 + 3, y);
    }
    pen.font = '11px ui-monospace, monospace';
  }

  wrong(pen) {
    const { view, colours } = this, { end, events } = view.evidence;
    if (view.difference >= 0) {
      const x = view.x(view.difference);
      pen.fillStyle = colours.bad;
      if (x >= NAMES) pen.fillText('≠', x - 4, AXIS + 4);
    }
    pen.strokeStyle = pen.fillStyle = colours.bad;
    pen.lineWidth = 2;
    if (end >= 0) { const x = view.x(end); if (x >= NAMES) this.line(pen, x, AXIS, x, this.height); }
    events.forEach(({ i, server }, k) => {
      const x = view.x(i), y = this.serverY(server);
      if (x < NAMES || x > this.width) return;
      pen.strokeStyle = colours.bad;
      pen.strokeRect(x - 7, y - 10, 14, 20);
      pen.fillStyle = colours.bad;
      pen.fillRect(x - 7, y - 24, 14, 14);
      pen.fillStyle = colours.paper;
      pen.fillText(String(k + 1), x - 3, y - 17);
    });
    pen.lineWidth = 1;
  }

  names(pen) {
    const { view, colours } = this, { run } = view;
    pen.fillStyle = colours.paper;
    pen.fillRect(0, 0, NAMES - 1, this.height);
    pen.fillStyle = colours.ink;
    const sides = view.standing.sidesAt(view.cursor);
    for (let server = 0; server < run.servers; server++) {
      const { up, role, term, connected } = view.standing.at(server, view.cursor);
      pen.font = 'bold 13px system-ui, sans-serif';
      pen.fillText(`n${server}`, 6, this.serverY(server) - 7);
      pen.font = '11px ui-monospace, monospace';
      pen.fillText(up === 'down' ? 'down' : `${(role || '?')[0].toUpperCase()}${term ?? '?'}${connected ? '' : ' ⊘'}`, 6, this.serverY(server) + 8);
    }
    this.partitionSides(pen, sides);
    for (let client = 0; client < Math.min(run.clients, 12); client++) pen.fillText(`c${client}`, 6, this.laneY(view.laneNumber.get(`c${client}`)));
    pen.fillStyle = colours.faint;
    pen.fillText('test', 6, AXIS + DRIVER / 2);
  }

  /** Which side of a partition each server is on at the cursor. */
  partitionSides(pen, sides) {
    if (sides.length < 2) return;
    pen.fillStyle = this.colours.bad;
    sides.forEach((side, k) => { for (const name of side) pen.fillText(`side ${'ABCDEFG'[k] ?? '?'}`, 6, this.nameY(name) + 22); });
  }

  cursor(pen) {
    const { view, colours } = this, i = view.cursor, x = view.x(i);
    if (x < NAMES - 2 || x > this.width) return;
    pen.strokeStyle = colours.cursor;
    pen.lineWidth = 1.5;
    this.line(pen, x, AXIS, x, this.height);
    const y = this.laneY(view.run.lane[i]);
    pen.beginPath();
    pen.arc(x, y, 7, 0, 7);
    pen.stroke();
    pen.lineWidth = 1;
  }

  /** The arrow or event under the mouse. */
  under(x, y) {
    let best = null, least = 7;
    for (const hit of this.hits) {
      const dx = hit.x2 - hit.x1, dy = hit.y2 - hit.y1;
      const t = Math.max(0, Math.min(1, ((x - hit.x1) * dx + (y - hit.y1) * dy) / (dx * dx + dy * dy || 1)));
      const away = Math.hypot(x - hit.x1 - t * dx, y - hit.y1 - t * dy);
      if (away < least) { least = away; best = hit; }
    }
    const { view } = this, i = view.nearest(x, (k) => Math.abs(this.laneY(view.run.lane[k]) - y));
    const close = i >= 0 ? Math.hypot(view.x(i) - x, this.laneY(view.run.lane[i]) - y) : 99;
    if (i >= 0 && close < Math.min(least + 3, 9)) return { i, arrow: view.ways.arrows[view.ways.arrowAt[i]] };
    if (best) return { i: Math.abs(x - best.x1) <= Math.abs(x - best.x2) || best.arrow.to < 0 ? best.arrow.from : best.arrow.to, arrow: best.arrow };
    return null;
  }
}
