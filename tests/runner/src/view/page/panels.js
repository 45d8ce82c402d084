// What stands beside the picture: the event, the servers and their logs at the cursor, the list.

const make = (tag, text, attributes = {}) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

/** All fields of an event, as pairs. */
function fieldsOf(view, i) {
  const { run, ways } = view, fields = [['event', `${i + 1} of ${run.n}`], ['time', `${run.seconds(i)} s`]];
  const name = run.laneName(i);
  if (name) fields.push(['whose', `${name}${run.incarnation[i] ? `, incarnation ${run.incarnation[i]}` : ''}`]);
  fields.push(['thread', run.threads[run.thread[i]]]);
  if (!run.isMessage(i)) { fields.push(['what', tell(run, i)]); return fields; }
  return fields.concat(fieldsOfMessage(view, i, ways.arrows[ways.arrowAt[i]]));
}

function fieldsOfMessage(view, i, arrow) {
  const { run } = view, m = run.message(i), c = m.content, step = run.step(i);
  const fields = [['message', `${m.method}${run.isReply(i) ? ', reply' : ''}, call ${run.call[i]}, ${m.size} B`], ['way', `${m.from} → ${m.to ?? 'nobody'}`]];
  if (arrow && arrow.to >= 0 && arrow.to !== arrow.from) {
    const took = ((run.at[arrow.to] - run.at[arrow.from]) / 1e6).toFixed(3);
    fields.push(['fate', arrow.lost ? `lost after ${took} ms: ${arrow.lost}` : `arrives after ${took} ms${arrow.copy ? ', a second copy' : ''}`]);
  } else fields.push(['fate', step.lost ? `lost: ${loss(step.lost)}` : arrow && arrow.to < 0 ? 'still under way at the end' : String(step)]);
  const plain = { term: c.term, candidate: c.candidate, leader: c.leader, commit: c.commit, granted: c.granted, success: c.success, snapshot: c.snapshot && `${c.snapshot} B` };
  for (const [key, value] of Object.entries(plain)) if (value !== undefined) fields.push([key, String(value)]);
  if (c.last) fields.push(['last', id(c.last)]);
  if (c.prev) fields.push(['prev', id(c.prev)]);
  if (c.upto) fields.push(['upto', id(c.upto)]);
  if (c.entries) fields.push(['entries', entriesOf(c.entries)]);
  for (const [key, value] of c.rest || []) fields.push([key, value]);
  if (c.text) fields.push(['says', c.text]);
  return fields;
}

function showEvent(view) {
  const list = document.getElementById('event');
  list.replaceChildren();
  for (const [name, value] of fieldsOf(view, view.cursor)) list.append(make('dt', name), make('dd', value));
}

function showServers(view) {
  const { run, standing, cursor } = view, table = document.getElementById('state');
  const head = make('tr');
  for (const name of ['', 'is', 'term', 'voted', 'saved', 'log', 'commit', 'applied', 'heard']) head.append(make('th', name, { scope: 'col' }));
  table.replaceChildren(head);
  for (let server = 0; server < run.servers; server++) {
    const s = standing.at(server, cursor), row = make('tr', undefined, run.server[cursor] === server ? { class: 'cursor' } : {});
    const is = s.up === 'down' ? 'down' : `${s.role || '?'}${s.connected ? '' : ' ⊘'}`;
    const saved = s.saved ? `${s.saved.term ?? '?'}, ${s.savedVote ?? '?'}` : 'never';
    const differs = s.saved && s.up !== 'down' && s.term !== null && s.saved.term !== undefined && s.saved.term !== s.term;
    const first = s.log.length ? s.log[0][0] : s.after, heard = s.heard === null ? '' : `${((run.at[cursor] - run.at[s.heard]) / 1e6).toFixed(0)}`;
    row.append(make('th', `n${server}`, { scope: 'row' }));
    for (const text of [is, s.term ?? '?', s.voted ?? '?']) row.append(make('td', text));
    row.append(make('td', saved + (differs ? ' ≠' : ''), differs ? { class: 'differs', title: 'not what it acts on: term and vote as saved' } : {}));
    for (const text of [`[${first}..${lastOf(s.log, s.after)}]`, s.commit ?? '?', s.up === 'down' ? '' : s.applied, heard]) row.append(make('td', text));
    table.append(row);
  }
}

const CELLS = 16;

function showLogs(view) {
  const { run, standing, cursor } = view, table = document.getElementById('logs');
  const states = Array.from({ length: run.servers }, (_, server) => standing.at(server, cursor));
  const last = Math.max(1, ...states.map((s) => lastOf(s.log, s.after)));
  const commits = states.map((s) => s.commit ?? 0);
  const low = Math.min(last, ...states.map((s) => lastOf(s.log, s.after)));
  const start = Math.max(1, Math.min(last - CELLS + 1, Math.max(1, low - 4)));
  const leader = states.reduce((best, s) => s.role === 'leader' && s.up === 'up' && (best === null || s.term > best.term) ? s : best, null);
  const head = make('tr');
  head.append(make('th', ''));
  const end = Math.min(last, start + CELLS - 1);
  for (let i = start; i <= end; i++) head.append(make('th', i, { scope: 'col' }));
  if (end < last) head.append(make('th', `… ${last}`));
  table.replaceChildren(head);
  states.forEach((s, server) => {
    const row = make('tr');
    row.append(make('th', `n${server}`, { scope: 'row' }));
    for (let i = start; i <= end; i++) {
      const term = termAt(s.log, i), inSnapshot = i <= s.after;
      if (term === null && !inSnapshot) { row.append(make('td', '')); continue; }
      const committed = i <= commits[server], matched = leader && leader.matched && leader.matched[server] === i;
      const cell = make('td', inSnapshot ? '▒' : `${term}${matched ? '▴' : ''}`, { class: `entry${committed ? ' committed' : ''}${inSnapshot ? ' snapshot' : ''}`, title: `n${server}, index ${i}: ${inSnapshot ? 'in its snapshot' : `term ${term}`}${committed ? ', committed' : ', not committed'}${matched ? '; its leader knows it to match up to here' : ''}` });
      if (!inSnapshot) cell.style.background = view.picture.terms[term % view.picture.terms.length];
      row.append(cell);
    }
    table.append(row);
  });
}

const ROW = 18;

/** All events that are shown, a column for each server; only the rows in sight are in the page. */
class List {
  constructor(view) {
    this.view = view;
    this.scroll = document.getElementById('scroll');
    this.rows = document.getElementById('rows');
    const { run } = view, width = `84px repeat(${Math.max(1, run.servers)}, minmax(0, 1fr))`;
    this.style = `grid-template-columns: ${width}`;
    const columns = document.getElementById('columns');
    columns.setAttribute('style', this.style);
    columns.append(make('span', 'seconds'));
    for (let server = 0; server < run.servers; server++) columns.append(make('span', `n${server}`));
    this.scroll.addEventListener('scroll', () => this.draw());
    this.rows.addEventListener('click', (event) => {
      const row = event.target.closest('.row');
      if (row) view.go(Number(row.dataset.event), false);
    });
  }

  refresh() {
    document.getElementById('space').style.height = `${this.view.events.length * ROW}px`;
    this.draw();
  }

  /** Brings the cursor into sight. */
  follow() {
    const at = this.view.rank(this.view.cursor) * ROW, { scrollTop, clientHeight } = this.scroll;
    if (at < scrollTop || at + ROW > scrollTop + clientHeight) this.scroll.scrollTop = Math.max(0, at - clientHeight / 2);
    this.draw();
  }

  draw() {
    const { view } = this, first = Math.max(0, Math.floor(this.scroll.scrollTop / ROW) - 4);
    const last = Math.min(view.events.length, first + Math.ceil(this.scroll.clientHeight / ROW) + 10);
    const rows = [];
    for (let k = first; k < last; k++) rows.push(this.row(view.events[k], k));
    this.rows.style.top = `${first * ROW}px`;
    this.rows.replaceChildren(...rows);
    this.scroll.setAttribute('aria-activedescendant', `e${view.cursor}`);
  }

  row(i, k) {
    const { view } = this, { run } = view, text = tell(run, i), server = run.server[i], name = run.laneName(i);
    const classes = ['row'];
    if (view.found.has(i)) classes.push('hit');
    if (view.evidenceAt.has(i)) classes.push('evidence');
    if (server < 0) classes.push('everybody');
    const row = make('div', undefined, { class: classes.join(' '), style: this.style, role: 'option', id: `e${i}`, 'aria-selected': i === view.cursor, 'aria-posinset': k + 1, 'aria-setsize': view.events.length, 'aria-label': view.spoken(i) });
    row.dataset.event = i;
    row.append(make('span', run.seconds(i), { class: 'at' }));
    const cell = make('span', server < 0 && name ? `${name} ${text}` : text, { class: 'cell' });
    cell.style.gridColumn = server < 0 ? '2 / -1' : `${server + 2} / -1`;
    for (let column = 0; column < server; column++) row.append(make('span', '', { class: 'cell' }));
    row.append(cell);
    return row;
  }
}

const WARNINGS = 5;

/** What the harness found suspicious: each text once, where it came first. */
function showWarnings(view) {
  const { run } = view, texts = new Map();
  for (let i = 0; i < run.n; i++) {
    if (run.kind[i] !== OTHER) continue;
    const [kind, text] = run.other(i);
    if (kind === 'warning' && !texts.has(text)) texts.set(text, i);
  }
  const section = document.getElementById('warnings');
  section.hidden = !texts.size;
  for (const [text, i] of [...texts].slice(0, WARNINGS)) {
    const button = make('button', `! ${run.laneName(i)} ${text}`);
    button.addEventListener('click', () => view.go(i));
    section.append(button, make('br'));
  }
  if (texts.size > WARNINGS) section.append(`… and ${texts.size - WARNINGS} more: search for type:warning`);
}

/** What clients asked: from one event to another, with what the history's judge said of it. */
function operationsOf(run) {
  const operations = [], open = new Map(), failure = run.run.failure;
  for (let i = 0; i < run.n; i++) {
    if (run.kind[i] !== OTHER) continue;
    const [kind, what] = run.other(i);
    if (kind !== 'ask' && kind !== 'answer') continue;
    const client = Number(run.laneName(i).slice(1));
    if (kind === 'ask') {
      const op = { client, from: i, to: -1, text: what, wrong: false, place: 0 };
      operations.push(op);
      open.set(client, op);
    } else if (open.has(client)) {
      Object.assign(open.get(client), { to: i, text: what });
      open.delete(client);
    }
  }
  if (failure) judged(run, operations, failure.message);
  return operations;
}

/** The judge names each operation by its client and the time of its call. */
function judged(run, operations, message) {
  let partial = 0, place = 0;
  for (const line of message.split('\n')) {
    if (line.startsWith('an order of ')) { partial += 1; place = 0; }
    const found = /^ +client (\d+): .*\[([0-9.]+), ([0-9.]+|never)\]$/.exec(line);
    if (!found) continue;
    const op = operations.find((one) => one.client === Number(found[1]) && run.seconds(one.from) === found[2]);
    if (!op) continue;
    if (partial === 0) op.wrong = true;
    else if (partial === 1) op.place = place += 1;
  }
}

function showHistory(view) {
  const section = document.getElementById('history'), wrong = view.operations.filter((op) => op.wrong);
  if (!view.operations.length) return;
  section.hidden = false;
  const line = (op, head) => {
    const button = make('button', `${head}c${op.client} ${op.text}  [${view.run.seconds(op.from)}, ${op.to < 0 ? 'never' : view.run.seconds(op.to)}]`);
    button.addEventListener('click', () => view.go(op.from));
    const item = make('div');
    item.append(button);
    return item;
  };
  section.append(make('h2', `what clients asked: ${view.operations.length} operations, drawn below the servers`));
  if (wrong.length) {
    const placed = view.operations.filter((op) => op.place).sort((a, b) => a.place - b.place);
    section.append(make('div', 'the longest order that there is ends so:'), ...placed.map((op) => line(op, `${op.place}. `)), make('div', 'and nowhere in it fits:', { class: 'failed' }), ...wrong.map((op) => line(op, '✗ ')));
  }
}
