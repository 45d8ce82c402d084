// What the page holds, unpacked: columns of numbers, and tables that they point into. The format is
// that of `view/columns.rs`; all else here follows from it.

const SAVE = -1, OTHER = -2;
const NS = 1e9;

async function unpack(base64) {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text());
}

/** The run: `n` events, each a row over the columns. */
class Run {
  constructor(page) {
    if (page.format !== 'raftlab-view' || page.version !== 1) throw new Error('it is no page of this program');
    Object.assign(this, page);
    this.page = page;
    this.n = page.at.length;
    this.at = new Float64Array(this.n);
    this.call = new Float64Array(this.n);
    let now = 0, call = 0;
    for (let i = 0; i < this.n; i++) {
      this.at[i] = now += page.at[i];
      if (page.kind[i] >= 0) this.call[i] = call += page.number[i];
      else this.call[i] = page.number[i];
    }
    this.servers = page.run.servers;
    this.server = Int16Array.from(page.lane, (lane) => {
      const name = page.lanes[lane] || '';
      return name[0] === 'n' ? Number(name.slice(1)) : -1;
    });
    this.servers = Math.max(this.servers, ...this.lanes.filter((l) => l[0] === 'n').map((l) => Number(l.slice(1)) + 1));
    this.clients = this.lanes.filter((lane) => lane[0] === 'c').length;
    this.texts = new Map();
  }

  laneName(i) { return this.lanes[this.lane[i]] || ''; }
  isMessage(i) { return this.kind[i] >= 0; }
  message(i) { return this.messages[this.ref[i]]; }
  step(i) { return this.steps[this.kind[i]]; }
  isReply(i) {
    const step = this.step(i);
    return step === 'replied' || step === 'returned' || (step.lost !== undefined && step.lost === 'reply') || this.ofServer(i);
  }
  // A message that is lost says by its sender which way it went: a reply is sent by who was asked.
  ofServer(i) {
    const m = this.message(i);
    return m.content.success !== undefined || m.content.granted !== undefined;
  }
  /** The kind of an event that is neither a message nor a save, and what it says. */
  other(i) {
    const what = this.others[this.ref[i]];
    if (typeof what === 'string') return [what, null];
    const kind = Object.keys(what)[0];
    return [kind, what[kind]];
  }
  seconds(i) { return (this.at[i] / NS).toFixed(6); }
  /** The first event at `ns` or later. */
  since(ns) {
    let low = 0, high = this.n;
    while (low < high) { const mid = (low + high) >> 1; if (this.at[mid] < ns) low = mid + 1; else high = mid; }
    return low;
  }
}

const id = ([index, term]) => `${index}@${term}`;

function entriesOf(runs) {
  return runs.map(([first, last, term]) => {
    const of = term === null ? '' : `@${term}`;
    return first === last ? `${first}${of}` : `${first}${of} … ${last}${of}`;
  }).join(' ');
}

/** The method without its service: `AppendEntries`. */
const methodOf = (m) => m.method.slice(m.method.lastIndexOf('.') + 1);

/** RV, AE, IS, or other. */
function typeOf(m) {
  const method = methodOf(m).toLowerCase();
  const c = m.content;
  if (method.includes('vote') || c.last || c.granted !== undefined) return 'RV';
  if (method.includes('snapshot') || c.upto) return 'IS';
  if (method.includes('append') || c.prev || c.success !== undefined) return 'AE';
  return 'other';
}

/** A message in words, as traces have it. */
function says(m, isReply) {
  const c = m.content, words = [methodOf(m)];
  const verdict = c.granted !== undefined ? c.granted : c.success;
  if (verdict !== undefined) words.push(verdict ? 'ok' : 'no');
  if (isReply && c.term !== undefined) words.push(`@${c.term}`);
  if (c.pre_vote) words.push('pre-vote');
  if (c.last) words.push(`last=${id(c.last)}`);
  if (c.prev) words.push(`prev=${id(c.prev)}`);
  if (c.upto) words.push(`upto=${id(c.upto)}`);
  if (c.entries) words.push(`[${entriesOf(c.entries)}]`);
  if (c.commit !== undefined) words.push(`commit=${c.commit}`);
  if (c.snapshot !== undefined) words.push(`${c.snapshot}B`);
  for (const [name, value] of c.rest || []) words.push(`${name}=${value}`);
  if (c.text) words.push(c.text);
  return words.join(' ');
}

/** A message in few letters, for an arrow. */
function short(m) {
  const c = m.content, type = typeOf(m);
  const verdict = c.granted !== undefined ? c.granted : c.success;
  if (verdict !== undefined) return verdict ? '+' : '−';
  if (type === 'RV' && c.last) return `RV ${c.term} last ${id(c.last)}`;
  if (type === 'AE' && c.prev) {
    const count = (c.entries || []).reduce((sum, [first, last]) => sum + last - first + 1, 0);
    return `AE p=${id(c.prev)}${count ? ` +${count}` : ''} c=${c.commit ?? '?'}`;
  }
  if (type === 'IS' && c.upto) return `IS ${id(c.upto)}`;
  return methodOf(m);
}

const sayVote = (vote) => vote === undefined ? '?' : vote === 'nobody' ? '-' : vote.server !== undefined ? `n${vote.server}` : vote.other;

function saySave(save, number) {
  const words = [`save ${number}:`];
  if (save.term !== undefined) words.push(`term=${save.term}`);
  if (save.voted_for !== undefined) words.push(`voted_for=${sayVote(save.voted_for)}`);
  if (save.log) {
    const { entries, after, last_index: index, last_term: term, text } = save.log;
    words.push(`log=${entries ?? text}${after ? ` after ${after}` : ''}`);
    if (term !== undefined) words.push(`last=${index ?? ''}@${term}`);
  }
  if (save.text) words.push(save.text);
  words.push(`state=${save.state_size}B`, `snapshot=${save.snapshot_size}B`);
  return words.join(' ');
}

const LOSSES = { not_connected: 'not connected', request: 'lost request', reply: 'lost reply' };
const loss = (why) => LOSSES[why] || String(why).replaceAll('_', ' ');

function sayOther(kind, what, incarnation) {
  switch (kind) {
    case 'start': return incarnation > 1 ? `starts again (incarnation ${incarnation})` : 'starts';
    case 'crash': return 'crashes';
    case 'stop': return 'is stopped';
    case 'connect': return 'is connected';
    case 'disconnect': return 'is cut off';
    case 'partition': return `partition ${what.map((side) => side.join(' ')).join(' | ')}`;
    case 'apply': return `applies ${what.index}: ${what.command}`;
    case 'snapshot': return `takes a snapshot up to ${what.index}`;
    case 'install': return `installs a snapshot up to ${what.index}`;
    case 'says': return `says: it ${what.leads ? 'leads' : 'does not lead'}, term ${what.term}`;
    case 'log': return `${what.role ? `@${what.term} ${what.role} ` : ''}${what.level} ${what.text}`;
    case 'warning': return `warning: ${what}`;
    case 'caption': return `scene: ${what.text}`;
    case 'step': return `test: ${what}`;
    case 'look': return `what is wrong came about at ${(what / NS).toFixed(6)} s`;
    case 'dropped': return `${what} earlier events were not kept`;
    default: return String(what);
  }
}

/** What an event says, in its own lane. */
function tell(run, i) {
  if (!run.isMessage(i)) {
    if (run.kind[i] === SAVE) return saySave(run.saves[run.ref[i]], run.call[i]);
    const [kind, what] = run.other(i);
    return sayOther(kind, what, run.incarnation[i]);
  }
  const key = run.ref[i] * 64 + run.kind[i];
  let text = run.texts.get(key);
  if (text === undefined) {
    const m = run.message(i), step = run.step(i), term = m.content.term;
    const isReply = step === 'replied' || step === 'returned' || run.ofServer(i);
    const words = says(m, isReply), at = term !== undefined && !isReply ? `@${term}` : '';
    if (step === 'arrived' || step === 'returned') text = `← ${m.from}${at} ${words}`;
    else text = `${at && `${at} `}→ ${m.to ?? 'nobody'} ${words}`;
    if (step.lost) text += ` ✗ ${loss(step.lost)}`;
    run.texts.set(key, text);
  }
  return text;
}
