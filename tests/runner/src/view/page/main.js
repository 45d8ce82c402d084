// The page: what is shown of the run, where one stands in it, and what keys and mouse do.

const STEPS = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 7, 11, 16, 24, 34, 48, 70, 100, 140];

class View {
  constructor(run) {
    this.run = run;
    this.ways = arrowsOf(run);
    this.standing = new Standing(run);
    this.plain = heartbeats(run, this.standing);
    this.evidence = evidence(run);
    this.evidenceAt = new Set(this.evidence.events.map(({ i }) => i));
    this.operations = operationsOf(run);
    this.laneNumber = new Map(run.lanes.map((lane, number) => [lane, number]));
    this.steps = [];
    this.captions = [];
    this.kinds = new Uint8Array(run.n);
    for (let i = 0; i < run.n; i++) {
      this.kinds[i] = kindOf(run, i);
      if (run.kind[i] !== OTHER) continue;
      const [kind] = run.other(i);
      if (kind === 'step') this.steps.push(i);
      if (kind === 'caption') this.captions.push(i);
    }
    Object.assign(this, { folded: true, past: null, byTime: false, zoom: 12, scale: 0, left: 0, cursor: 0, difference: -1 });
    this.hiddenServers = new Set();
    this.hiddenKinds = new Set();
    this.found = new Set();
    this.picture = new Picture(this);
    this.list = new List(this);
    this.arrowsByEnd();
    this.choose();
  }

  get step() { return STEPS[this.zoom]; }

  /** Few arrows are long; those are looked at each time, of the others only the near ones. */
  arrowsByEnd() {
    const { arrows } = this.ways;
    this.long = arrows.filter((arrow) => arrow.to - arrow.from > 4000);
    this.near = arrows.filter((arrow) => arrow.to - arrow.from <= 4000).sort((a, b) => a.from - b.from);
  }

  * arrowsIn(first, last) {
    const from = this.events[first] ?? 0, to = this.events[last] ?? this.run.n;
    const shows = (arrow) => (arrow.to < 0 ? arrow.from >= from : arrow.to >= from) && arrow.from <= to && (this.shown[arrow.from] || arrow.to >= 0 && this.shown[arrow.to]);
    let low = 0, high = this.near.length;
    while (low < high) { const mid = (low + high) >> 1; if (this.near[mid].from < from - 4000) low = mid + 1; else high = mid; }
    for (let k = low; k < this.near.length && this.near[k].from <= to; k++) if (shows(this.near[k])) yield this.near[k];
    for (const arrow of this.long) if (shows(arrow)) yield arrow;
  }

  /** Which events are shown. */
  choose() {
    const { run } = this, events = [];
    this.shown = new Uint8Array(run.n);
    this.ranks = new Int32Array(run.n);
    for (let i = 0; i < run.n; i++) {
      this.ranks[i] = events.length;
      const hidden = this.hiddenKinds.has(this.kinds[i]) || run.server[i] >= 0 && this.hiddenServers.has(run.server[i])
        || this.folded && this.plain[i] && !this.evidenceAt.has(i) || this.past && !this.past[i];
      if (hidden) continue;
      this.shown[i] = 1;
      events.push(i);
    }
    this.events = events;
    document.getElementById('shown').textContent = `${events.length} of ${run.n} events`;
    if (!this.shown[this.cursor]) this.cursor = events[Math.min(this.ranks[this.cursor], events.length - 1)] ?? 0;
  }

  rank(i) { return Math.min(this.ranks[i], Math.max(0, this.events.length - 1)); }

  /** Where an event stands in the picture. */
  x(i) {
    if (this.byTime) return NAMES + 10 + (this.run.at[i] - this.left) * this.scale;
    return NAMES + 10 + (this.ranks[i] - this.left) * this.step;
  }

  /** The first and last of `events` that are in the picture. */
  sight() {
    const width = (document.getElementById('canvas').clientWidth || 900) - NAMES, most = this.events.length - 1;
    const clamp = (k) => Math.max(0, Math.min(most, k));
    if (!this.byTime) return [clamp(Math.floor(this.left) - 1), clamp(Math.ceil(this.left + width / this.step))];
    const place = (ns) => { const i = this.run.since(ns); return i >= this.run.n ? most : this.ranks[i]; };
    return [clamp(place(this.left) - 1), clamp(place(this.left + width / this.scale))];
  }

  ticks(first, last, width) {
    const count = Math.max(1, Math.floor(width / 110)), ticks = [];
    for (let k = 0; k <= count; k++) ticks.push(this.events[Math.min(last, first + Math.round((last - first) * k / count))]);
    return ticks.filter((i) => i !== undefined);
  }

  nearest(x, away) {
    if (!this.events.length) return -1;
    let k;
    if (this.byTime) k = this.rank(Math.min(this.run.n - 1, this.run.since(this.left + (x - NAMES - 10) / this.scale)));
    else k = Math.round(this.left + (x - NAMES - 10) / this.step);
    let best = -1, least = Infinity;
    for (let near = Math.max(0, k - 6); near <= Math.min(this.events.length - 1, k + 6); near++) {
      const i = this.events[near], far = Math.abs(this.x(i) - x) * 2 + away(i);
      if (far < least) { least = far; best = i; }
    }
    return best;
  }

  /** An event in words, for those who hear it. */
  spoken(i) {
    const number = this.evidence.events.findIndex((one) => one.i === i);
    return `${this.run.seconds(i)} seconds, ${this.run.laneName(i) || 'everybody'} ${tell(this.run, i)}${number >= 0 ? `, evidence ${number + 1}: ${this.evidence.events[number].what}` : ''}${i === this.evidence.end ? ', the run failed here' : ''}`;
  }

  go(i, follow = true) {
    if (i === undefined || i < 0 || i >= this.run.n) return;
    if (!this.shown[i]) { this.shown[i] = 0; i = this.events[Math.min(this.ranks[i], this.events.length - 1)] ?? i; }
    this.cursor = i;
    const x = this.x(i), width = this.picture.width || 900;
    if (x < NAMES + 30 || x > width - 90) this.center(i);
    this.refresh(false);
    this.list.follow();
    document.getElementById('live').textContent = this.spoken(i);
    this.remember();
    if (follow && document.activeElement !== this.picture.canvas && document.activeElement !== this.list.scroll && document.activeElement.tagName !== 'INPUT') this.picture.canvas.focus({ preventScroll: true });
  }

  center(i, share = 0.62) {
    const width = (this.picture.width || 900) - NAMES;
    this.left = this.byTime ? this.run.at[i] - width * share / this.scale : this.ranks[i] - width * share / this.step;
    if (!this.byTime) this.left = Math.max(-1, this.left);
  }

  refresh(list = true) {
    if (!this.waits) {
      this.waits = true;
      requestAnimationFrame(() => { this.waits = false; this.draw(); });
    }
    if (list) this.list.refresh();
  }

  draw() {
    this.picture.draw();
    drawMap(this);
    showEvent(this);
    showServers(this);
    showLogs(this);
    showCaption(this);
  }

  zoomBy(by, around = this.cursor) {
    const x = this.x(around);
    if (this.byTime) this.scale *= by > 0 ? 1.6 : 1 / 1.6;
    else this.zoom = Math.max(0, Math.min(STEPS.length - 1, this.zoom + by));
    this.left = this.byTime ? this.run.at[around] - (x - NAMES - 10) / this.scale : this.ranks[around] - (x - NAMES - 10) / this.step;
    this.refresh(false);
  }

  pan(pixels) {
    this.left += this.byTime ? pixels / this.scale : pixels / this.step;
    const most = this.byTime ? this.run.at[this.run.n - 1] : this.events.length;
    this.left = Math.max(this.byTime ? -2 / this.scale : -1, Math.min(this.left, most));
    this.refresh(false);
  }

  change() { this.choose(); this.center(this.cursor); this.refresh(); this.list.follow(); this.remember(); }

  setTime(byTime) {
    this.byTime = byTime;
    const [i, last] = [this.cursor, this.run.n - 1];
    if (byTime && !this.scale) {
      const near = this.events[Math.min(this.events.length - 1, this.rank(i) + 12)] ?? last, early = this.events[Math.max(0, this.rank(i) - 60)] ?? 0;
      this.scale = ((this.picture.width || 900) - NAMES) / Math.max(1000, this.run.at[near] - this.run.at[early]);
    }
    this.change();
  }

  /** The next event from the cursor on, either way, that fits. */
  next(by, fits) {
    for (let k = this.rank(this.cursor) + by; k >= 0 && k < this.events.length; k += by) if (fits(this.events[k])) return this.go(this.events[k]);
    return undefined;
  }

  /** Keeps where one stands in the address, for a link. */
  remember() {
    const parts = [`e=${this.cursor}`], q = document.getElementById('search').value;
    if (q) parts.push(`q=${encodeURIComponent(q)}`);
    if (this.hiddenServers.size) parts.push(`s=${[...Array(this.run.servers).keys()].filter((s) => !this.hiddenServers.has(s)).join(',')}`);
    if (!this.folded) parts.push('h=0');
    if (this.byTime) parts.push('t=1');
    // Of a file, a browser lets no script rewrite its history: this much it does.
    location.replace(`#${parts.join('&')}`);
  }

  recall() {
    const said = new URLSearchParams(location.hash.slice(1));
    if (said.has('s')) { const kept = said.get('s').split(',').map(Number); for (let s = 0; s < this.run.servers; s++) if (!kept.includes(s)) this.hiddenServers.add(s); }
    if (said.get('h') === '0') this.folded = false;
    if (said.get('q')) document.getElementById('search').value = said.get('q');
    this.choose();
    if (said.get('t') === '1') this.setTime(true);
    const ns = said.has('e') ? Number(said.get('e')) : NaN;
    return Number.isInteger(ns) && ns >= 0 && ns < this.run.n ? ns : -1;
  }
}

/** The whole run in small: how much happens when, what is wrong, and what part is in sight. */
function drawMap(view) {
  const canvas = document.getElementById('map'), width = canvas.clientWidth || 900, height = 36, { run, picture: { colours } } = view;
  const scale = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * scale)) { canvas.width = Math.round(width * scale); canvas.height = height * scale; canvas.style.height = `${height}px`; }
  const pen = canvas.getContext('2d'), count = view.events.length || 1;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  const end = run.at[run.n - 1] || 1, x = (i) => run.at[i] / end * (width - 2);
  if (view.mapOf !== view.events || view.mapWidth !== width) {
    view.bins = new Float64Array(width + 1);
    for (const i of view.events) view.bins[Math.floor(x(i))] += 1;
    view.mapOf = view.events;
    view.mapWidth = width;
  }
  const most = Math.log1p(Math.max(...view.bins));
  pen.fillStyle = colours.faint;
  for (let at = 0; at <= width; at++) if (view.bins[at]) { const h = 4 + 26 * Math.log1p(view.bins[at]) / most; pen.fillRect(at, height - h, 1, h); }
  pen.fillStyle = colours.cursor;
  let drawn = 0;
  for (const i of view.found) { if (drawn++ > 5000) break; pen.fillRect(x(i), 0, 1.5, 6); }
  pen.fillStyle = colours.bad;
  for (const { i } of view.evidence.events) pen.fillRect(x(i) - 1, 0, 3, 10);
  if (view.evidence.end >= 0) pen.fillRect(x(view.evidence.end) - 1, 0, 2, height);
  const [first, last] = view.sight(), x1 = x(view.events[first] ?? 0), x2 = x(view.events[last] ?? run.n - 1);
  pen.strokeStyle = colours.cursor;
  pen.strokeRect(Math.max(0.5, x1 - 1), 0.5, Math.max(4, x2 - x1 + 2), height - 1);
  pen.fillStyle = colours.cursor;
  pen.fillRect(x(view.cursor) - 1, 0, 2, height);
  canvas.setAttribute('aria-label', `the whole run in small: ${count} of ${run.n} events are shown`);
}

function showHead(view) {
  const { run } = view, { failure } = run.run, verdict = document.getElementById('verdict');
  verdict.className = failure ? 'failed' : 'passed';
  const violation = failure && failure.violation;
  verdict.textContent = failure ? `✗ failed: ${violation ? `${violation.invariant} (${violation.section})` : failure.message.split('\n')[0]}` : '✓ nothing went wrong';
  let calls = 0, bytes = 0, lost = 0;
  for (let i = 0; i < run.n; i++) {
    if (!run.isMessage(i)) continue;
    const step = run.step(i);
    if (step === 'sent') { calls += 1; bytes += run.message(i).size; }
    if (step.lost) lost += 1;
  }
  const elections = new Set(view.standing.elections.map(({ server, term }) => `${server}/${term}`)).size;
  document.getElementById('figures').textContent = `${run.run.submission || 'a script'}, ${run.run.servers} servers, seed ${run.run.seed}, ${run.n} events in ${(run.at[run.n - 1] / NS || 0).toFixed(3)} s of ${run.run.mode === 'real' ? 'real' : 'virtual'} time · ${calls} calls, ${bytes} B, ${lost} messages lost, ${elections} candidacies`;
  if (run.again) {
    const copy = make('button', 'copy'), again = document.getElementById('again');
    again.append('to see it again: ', make('code', run.again), ' ', copy);
    copy.addEventListener('click', () => navigator.clipboard && navigator.clipboard.writeText(run.again));
  }
}

function showViolation(view) {
  const { failure } = view.run.run, section = document.getElementById('violation');
  if (!failure) return;
  section.hidden = false;
  const { violation } = failure, events = make('ol'), where = failure.at !== null ? ` at ${(failure.at / NS).toFixed(6)} s` : '';
  if (violation) {
    const head = make('p');
    head.append(make('strong', `${violation.invariant} (${violation.section}): `), violation.seen);
    section.append(head, make('p', `the rule: ${violation.sentence}`));
  } else section.append(make('pre', failure.message));
  view.evidence.events.forEach(({ server, what, i, at }, k) => {
    const item = make('li'), button = make('button', undefined, { 'data-event': i });
    button.append(make('span', k + 1, { class: 'number' }), `${(at / NS).toFixed(6)} s  n${server} ${what}`);
    button.addEventListener('click', () => view.go(i));
    item.append(button);
    events.append(item);
  });
  section.append(events);
  if (violation) section.append(make('p', `often because ${violation.hint}`));
  const last = make('p'), here = make('button', 'go there'), past = make('button', 'show its causal past only');
  here.addEventListener('click', () => view.go(view.evidence.end));
  past.addEventListener('click', () => { view.cursor = view.evidence.end; togglePast(view, true); });
  last.append(`${failure.thread ? `in thread ${failure.thread}` : 'the run ended'}${where} `, here, ' ', past);
  section.append(last);
}

function togglePast(view, is = !view.past) {
  view.past = is ? pastOf(view.run, view.ways, view.cursor) : null;
  document.getElementById('past').setAttribute('aria-pressed', is);
  view.change();
}

function tools(view) {
  const toggle = (parent, text, set, value) => {
    const button = make('button', text, { 'aria-pressed': !set.has(value) });
    button.addEventListener('click', () => {
      if (!set.delete(value)) set.add(value);
      button.setAttribute('aria-pressed', !set.has(value));
      view.change();
    });
    document.getElementById(parent).append(button);
  };
  for (let server = 0; server < view.run.servers; server++) toggle('servers', `n${server}`, view.hiddenServers, server);
  KINDS.forEach((name, kind) => { if (view.kinds.includes(kind)) toggle('kinds', name, view.hiddenKinds, kind); });
  const on = (name, act) => document.getElementById(name).addEventListener('click', act);
  const acts = {
    fold: () => { view.folded = !view.folded; document.getElementById('fold').setAttribute('aria-pressed', view.folded); view.change(); },
    past: () => togglePast(view),
    mode: () => { view.setTime(!view.byTime); document.getElementById('mode').setAttribute('aria-pressed', view.byTime); },
    in: () => view.zoomBy(1),
    out: () => view.zoomBy(-1),
    ask: () => { const help = document.getElementById('help'); help.hidden = !help.hidden; document.getElementById('ask').setAttribute('aria-expanded', !help.hidden); },
    svg: () => keep('raftlab.svg', 'image/svg+xml', asSvg(view)),
    text: () => keep('raftlab.txt', 'text/plain', asText(view)),
  };
  for (const [name, act] of Object.entries(acts)) on(name, act);
  const input = document.getElementById('search'), look = () => {
    view.found = search(view, input.value);
    const shown = [...view.found].filter((i) => view.shown[i]).length;
    document.getElementById('found').textContent = input.value.trim() ? `${view.found.size} found${shown < view.found.size ? `, ${view.found.size - shown} of them hidden` : ''}` : '';
    view.refresh();
    view.remember();
  };
  input.addEventListener('input', look);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { nextFound(view, event.shiftKey ? -1 : 1); event.preventDefault(); }
    // A browser would empty it.
    if (event.key === 'Escape') { view.picture.canvas.focus(); event.preventDefault(); }
  });
  look();
  return acts;
}

function nextFound(view, by) {
  const is = view.found.size ? (i) => view.found.has(i) : (i) => view.evidenceAt.has(i) || i === view.evidence.end;
  view.next(by, is);
}

function keys(view, acts) {
  const own = (i) => view.run.lane[i] === view.run.lane[view.cursor];
  const byKey = {
    j: () => view.next(1, () => true), ArrowDown: () => view.next(1, () => true), ArrowRight: () => view.next(1, () => true),
    k: () => view.next(-1, () => true), ArrowUp: () => view.next(-1, () => true), ArrowLeft: () => view.next(-1, () => true),
    J: () => view.next(1, own), K: () => view.next(-1, own), n: () => nextFound(view, 1), N: () => nextFound(view, -1),
    g: () => view.go(view.events[0]), G: () => view.go(view.events[view.events.length - 1]), Home: () => view.go(view.events[0]), End: () => view.go(view.events[view.events.length - 1]),
    v: () => view.go(view.evidence.end), '.': () => nextCaption(view, 1), ',': () => nextCaption(view, -1), h: acts.fold, c: acts.past, t: acts.mode, '+': acts.in, '=': acts.in, '-': acts.out, '?': acts.ask,
    '/': () => document.getElementById('search').select(),
    m: () => { const arrow = view.ways.arrows[view.ways.arrowAt[view.cursor]]; if (arrow) view.go(view.cursor === arrow.from ? arrow.to : arrow.from); },
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === 'INPUT') return;
    const number = Number(event.key);
    const act = byKey[event.key] || (number >= 1 && view.evidence.events[number - 1] && (() => view.go(view.evidence.events[number - 1].i)));
    if (!act) return;
    act();
    event.preventDefault();
  });
}

function mouse(view) {
  const { canvas } = view.picture, tip = document.getElementById('tip');
  let held = null;
  canvas.addEventListener('pointerdown', (event) => { held = { x: event.offsetX, moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener('pointerup', (event) => {
    if (held && !held.moved) {
      const under = view.picture.under(event.offsetX, event.offsetY);
      const op = view.operations.find((one) => Math.abs(view.picture.laneY(view.laneNumber.get(`c${one.client}`)) - event.offsetY) < 9 && view.x(one.from) <= event.offsetX && (one.to < 0 || view.x(one.to) >= event.offsetX));
      if (under) view.go(under.i);
      else if (op) view.go(op.from);
      else view.go(view.nearest(event.offsetX, () => 0));
    }
    held = null;
  });
  canvas.addEventListener('pointermove', (event) => {
    if (held) {
      const by = held.x - event.offsetX;
      if (held.moved || Math.abs(by) > 4) { held.moved = true; held.x = event.offsetX; view.pan(by); tip.hidden = true; }
      return;
    }
    const under = view.picture.under(event.offsetX, event.offsetY);
    tip.hidden = !under;
    if (!under) return;
    tip.textContent = fieldsOf(view, under.i).map(([name, value]) => `${name.padEnd(9)} ${value}`).join('\n');
    tip.style.left = `${Math.min(event.offsetX + 14, Math.max(0, view.picture.width - 330))}px`;
    tip.style.top = `${event.offsetY + 16}px`;
  });
  canvas.addEventListener('pointerleave', () => { tip.hidden = true; });
  canvas.addEventListener('wheel', (event) => {
    if (event.ctrlKey) view.zoomBy(event.deltaY < 0 ? 1 : -1, view.nearest(event.offsetX, () => 0));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan(event.deltaX || event.deltaY);
    else view.pan(event.deltaY);
    event.preventDefault();
  }, { passive: false });
  const map = document.getElementById('map');
  const jump = (event) => {
    const ns = event.offsetX / (map.clientWidth || 1) * view.run.at[view.run.n - 1];
    view.go(view.events[view.rank(Math.min(view.run.n - 1, view.run.since(ns)))]);
  };
  map.addEventListener('pointerdown', jump);
  map.addEventListener('pointermove', (event) => { if (event.buttons) jump(event); });
}

async function main() {
  const verdict = document.getElementById('verdict');
  try {
    const run = new Run(await unpack(document.getElementById('data').textContent));
    if (!run.n) { verdict.textContent = 'nothing happened in this run'; return; }
    const view = new View(run);
    window.raftlab = view;
    showHead(view);
    showViolation(view);
    const at = view.recall();
    const acts = tools(view);
    keys(view, acts);
    mouse(view);
    showHistory(view);
    showWarnings(view);
    comparing(view);
    showStory(view);
    view.picture.layout();
    view.cursor = at >= 0 ? at : view.evidence.end >= 0 ? view.evidence.end : view.captions[1] ?? 0;
    if (!view.shown[view.cursor]) view.cursor = view.events[view.rank(view.cursor)] ?? 0;
    view.center(view.cursor);
    view.list.refresh();
    view.list.follow();
    view.draw();
    addEventListener('resize', () => view.refresh());
    addEventListener('beforeprint', () => { onPaper(view, true); layOut(view); });
    addEventListener('afterprint', () => onPaper(view, false));
    document.documentElement.dataset.ready = Math.round(performance.now());
  } catch (error) {
    verdict.className = 'failed';
    verdict.textContent = `this page cannot be shown: ${error.message}`;
    throw error;
  }
}

main();
