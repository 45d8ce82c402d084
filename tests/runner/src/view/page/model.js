// What the events mean: which step of a message belongs to which, how each server stood at each
// moment and what its log was, as far as messages and saves have shown. Nobody asked the servers.

/** The ways of messages, from one event to another. `to` is -1 of a message that never ended. */
function arrowsOf(run) {
  const arrows = [], arrowAt = new Int32Array(run.n).fill(-1), sent = new Map();
  const add = (i, from, reply, copy) => {
    const arrow = { number: arrows.length, from, to: -1, reply, lost: null, copy };
    arrows.push(arrow);
    arrowAt[i] = arrow.number;
    return arrow;
  };
  for (let i = 0; i < run.n; i++) {
    if (!run.isMessage(i)) continue;
    const step = run.step(i), reply = run.isReply(i), key = run.call[i] * 2 + (reply ? 1 : 0);
    let ways = sent.get(key);
    if (!ways) sent.set(key, ways = []);
    if (step === 'sent' || step === 'replied') { ways.push(add(i, i, reply, false)); continue; }
    let arrow = ways.find((one) => one.to < 0);
    if (!arrow) {
      const last = ways[ways.length - 1];
      ways.push(arrow = add(i, last ? last.from : i, reply, last !== undefined));
    }
    arrow.to = i;
    arrow.lost = step.lost ? loss(step.lost) : null;
    arrowAt[i] = arrow.number;
  }
  return { arrows, arrowAt };
}

const nobody = { up: 'down', connected: true, term: null, role: '', voted: undefined, saved: null, savedVote: undefined, applied: 0, commit: null, heard: null, log: [], after: 0, matched: null };

/** The log's last index. */
const lastOf = (log, after) => log.length ? log[log.length - 1][1] : after;

/** Puts runs of entries behind index `before`, as a follower does (§5.3). */
function merged(log, before, runs) {
  const kept = [];
  for (const [first, last, term] of log) {
    if (first > before) break;
    kept.push([first, Math.min(last, before), term]);
  }
  let at = before;
  for (const [first, last, term] of runs) {
    if (first > at + 1 && kept.length) kept.length = 0;
    const end = kept[kept.length - 1];
    if (end && end[2] === term && end[1] + 1 === first) end[1] = last;
    else kept.push([first, last, term]);
    at = last;
  }
  return kept;
}

const termAt = (log, index) => { for (const [first, last, term] of log) if (index >= first && index <= last) return term; return null; };

/** Whether the log has all of these entries already: then nothing is cut behind them. */
const holds = (log, runs) => runs.every(([first, last, term]) => {
  for (let i = first; i <= last; i++) if (termAt(log, i) !== term) return false;
  return true;
});

class Standing {
  constructor(run) {
    this.run = run;
    this.now = Array.from({ length: run.servers }, () => nobody);
    this.places = this.now.map(() => []);
    this.values = this.now.map(() => []);
    this.asked = new Map();
    this.pending = this.now.map(() => null);
    this.changed = new Uint8Array(run.n);
    this.elections = [];
    this.sides = [];
    for (let i = 0; i < run.n; i++) this.observe(i);
  }

  set(i, server, news) {
    if (server < 0) return;
    const before = this.now[server];
    const names = Object.keys(news);
    if (names.every((name) => before[name] === news[name])) return;
    if (names.some((name) => name !== 'heard' && name !== 'matched' && before[name] !== news[name])) this.changed[i] = 1;
    this.now[server] = { ...before, ...news };
    const places = this.places[server], values = this.values[server];
    if (places[places.length - 1] === i) values[values.length - 1] = this.now[server];
    else { places.push(i); values.push(this.now[server]); }
  }

  /** How a server stands after event `i`. */
  at(server, i) {
    const places = this.places[server];
    let low = 0, high = places.length;
    while (low < high) { const mid = (low + high) >> 1; if (places[mid] <= i) low = mid + 1; else high = mid; }
    return low ? this.values[server][low - 1] : nobody;
  }

  /** The sides of the partition that there is at event `i`. */
  sidesAt(i) {
    const before = this.sides.filter((one) => one.i <= i);
    return before.length ? before[before.length - 1].sides : [];
  }

  shows(i, server, term, role) {
    if (server < 0) return;
    const { term: known, role: was } = this.now[server];
    if (known !== null && term < known) return;
    if (term === known && was === 'leader' && role !== 'leader') return;
    if (role === 'candidate' && (term !== known || was !== 'candidate')) this.elections.push({ i, server, term });
    const voted = term === known ? this.now[server].voted : undefined;
    this.set(i, server, { term, role, voted: role === 'candidate' ? `n${server}` : voted });
  }

  observe(i) {
    const { run } = this, server = run.server[i];
    if (run.isMessage(i)) this.message(i);
    else if (run.kind[i] === SAVE) this.save(i, server, run.saves[run.ref[i]]);
    else this.other(i, server, ...run.other(i));
  }

  message(i) {
    const { run } = this, m = run.message(i), c = m.content, step = run.step(i);
    const from = m.from[0] === 'n' ? Number(m.from.slice(1)) : -1;
    const to = m.to && m.to[0] === 'n' ? Number(m.to.slice(1)) : -1;
    if (step === 'arrived') {
      if (c.prev || c.upto) this.pending[to] = { c, i };
      if (from >= 0) this.set(i, to, { heard: i });
      return;
    }
    if (c.pre_vote || c.term === undefined || from < 0) return;
    if (step === 'sent') {
      this.asked.set(run.call[i], c);
      if (c.last) this.shows(i, from, c.term, 'candidate');
      else if (c.prev || c.upto) { this.shows(i, from, c.term, 'leader'); this.ofLeader(i, from, c); }
    } else if (step === 'replied') this.replied(i, from, c, this.asked.get(run.call[i]));
    else if (step === 'returned') this.returned(i, to, from, c, this.asked.get(run.call[i]));
  }

  ofLeader(i, server, c) {
    const { log, after, commit } = this.now[server], news = {};
    if (c.commit !== undefined) news.commit = Math.max(commit ?? 0, c.commit);
    if (c.prev && c.entries && !holds(log, c.entries)) news.log = merged(log, c.prev[0], c.entries);
    else if (c.prev && c.prev[0] > lastOf(log, after)) news.log = merged(log, c.prev[0] - 1, [[c.prev[0], c.prev[0], c.prev[1]]]);
    this.set(i, server, news);
  }

  replied(i, server, c, request) {
    const agrees = (c.granted ?? c.success) === true, now = this.now[server];
    if (agrees || now.term === null || c.term > now.term) this.shows(i, server, c.term, 'follower');
    if (!request) return;
    if (c.granted && request.candidate !== undefined) this.set(i, server, { voted: `n${request.candidate}` });
    if (c.success && request.prev) {
      const runs = request.entries || [], { log, after } = this.now[server];
      const end = Math.max(request.prev[0], ...runs.map(([, last]) => last));
      const news = { commit: Math.max(this.now[server].commit ?? 0, Math.min(request.commit ?? 0, end)) };
      if (!holds(log, runs)) news.log = merged(log, request.prev[0], runs);
      else if (!log.length && request.prev[0] > after) news.log = [[request.prev[0], request.prev[0], request.prev[1]]];
      this.set(i, server, news);
    }
  }

  returned(i, leader, follower, c, request) {
    if (!c.success || !request || !request.prev || leader < 0) return;
    const end = Math.max(request.prev[0], ...(request.entries || []).map(([, last]) => last));
    const known = this.now[leader].matched || {};
    if ((known[follower] ?? -1) < end) this.set(i, leader, { matched: { ...known, [follower]: end } });
  }

  save(i, server, save) {
    if (server < 0) return;
    const known = this.now[server], news = { saved: save };
    if (save.term !== undefined && (known.term === null || save.term > known.term)) {
      const own = save.voted_for && save.voted_for.server === server;
      this.shows(i, server, save.term, own ? 'candidate' : 'follower');
    }
    if (save.voted_for !== undefined) { news.savedVote = sayVote(save.voted_for); if (save.term === this.now[server].term) news.voted = news.savedVote; }
    if (save.log && save.log.entries !== undefined) Object.assign(news, this.savedLog(server, save.log));
    this.set(i, server, news);
  }

  /** A save tells where the log ends; what entries there are, the last AppendEntries does. */
  savedLog(server, { entries, after = 0, last_index: index, last_term: term }) {
    let { log } = this.now[server];
    const last = index ?? after + entries, known = lastOf(log, this.now[server].after);
    const pending = this.pending[server], runs = pending && pending.c.entries;
    const brings = runs && runs.length && runs[runs.length - 1][1] === last;
    if (last <= after || entries === 0) log = [];
    else if (brings && termAt(log, last) !== runs[runs.length - 1][2]) log = merged(log, pending.c.prev[0], runs);
    else if (last < known) log = merged(log, last, []);
    else if (term !== undefined && last > known) log = merged(log, known, [[known + 1, last, term]]);
    else if (term !== undefined && termAt(log, last) !== term) log = merged(log, last - 1, [[last, last, term]]);
    if (after) log = log.filter(([, end]) => end > after).map(([first, end, of]) => [Math.max(first, after + 1), end, of]);
    return { log, after };
  }

  other(i, server, kind, what) {
    const now = server >= 0 ? this.now[server] : nobody;
    switch (kind) {
      case 'start': {
        const term = now.saved && now.saved.term !== undefined ? now.saved.term : null;
        this.set(i, server, { up: 'up', term, role: 'follower', voted: now.savedVote, applied: 0, commit: null, matched: null });
        break;
      }
      case 'crash': case 'stop': this.set(i, server, { up: 'down', role: '', matched: null }); break;
      case 'connect': this.set(i, server, { connected: true }); break;
      case 'disconnect': this.set(i, server, { connected: false }); break;
      case 'partition': this.sides.push({ i, sides: what }); this.changed[i] = 1; break;
      case 'apply': this.set(i, server, { applied: what.index, commit: Math.max(now.commit ?? 0, what.index) }); break;
      case 'install': this.set(i, server, { applied: what.index, after: what.index, commit: Math.max(now.commit ?? 0, what.index) }); break;
      case 'snapshot': break;
      case 'says':
        if (what.leads) this.shows(i, server, what.term, 'leader');
        else if (now.role === 'leader' || what.term !== now.term) this.set(i, server, { term: what.term, role: 'follower' });
        break;
      default:
    }
  }
}

/** Which events are steps of a heartbeat that changed nothing: an AppendEntries without entries. */
function heartbeats(run, standing) {
  const plain = new Uint8Array(run.n), calls = new Map();
  for (let i = 0; i < run.n; i++) {
    if (!run.isMessage(i)) continue;
    const c = run.message(i).content, step = run.step(i), call = run.call[i];
    let known = calls.get(call);
    if (known === undefined) {
      known = step === 'sent' && c.prev && !c.entries ? { steps: [], plain: true } : { steps: [], plain: false };
      if (step.lost && c.prev && !c.entries) known.plain = true;
      calls.set(call, known);
    }
    known.steps.push(i);
    if (standing.changed[i] || c.success === false) known.plain = false;
  }
  for (const { steps, plain: is } of calls.values()) if (is) for (const i of steps) plain[i] = 1;
  return plain;
}

/** All that may have led to `end`: what came before it on its server, and before what that got. */
function pastOf(run, { arrows, arrowAt }, end) {
  const past = new Uint8Array(run.n), lanes = new Set(), sources = new Set([end]);
  for (let i = end; i >= 0; i--) {
    const lane = run.lane[i];
    if (!sources.has(i) && !lanes.has(lane) && lane >= 0) continue;
    past[i] = 1;
    if (lane >= 0) lanes.add(lane);
    const arrow = arrows[arrowAt[i]];
    if (arrow && arrow.to === i && !arrow.lost) sources.add(arrow.from);
  }
  return past;
}

/** The events that show what is wrong, and the one at which the run failed. */
function evidence(run) {
  const failure = run.run.failure;
  if (!failure) return { end: -1, events: [] };
  let end = failure.at === null ? run.n - 1 : Math.max(0, run.since(failure.at + 1) - 1);
  // What shows late came about earlier: the run says when.
  for (let i = run.n - 1; i >= 0 && i > run.n - 200; i--) {
    if (run.kind[i] !== OTHER) continue;
    const [kind, at] = run.other(i);
    if (kind === 'look') { end = Math.max(0, run.since(at + 1) - 1); break; }
  }
  const events = (failure.violation ? failure.violation.events : []).map(({ at, server, what }) => {
    let best = -1, score = -1;
    for (let i = run.since(at); i < run.n && run.at[i] === at; i++) {
      const fits = (run.server[i] === server ? 2 : 0) + (run.server[i] === server && kindFits(run, i, what) ? 1 : 0);
      if (fits > score) { best = i; score = fits; }
    }
    return { at, server, what, i: best >= 0 ? best : Math.max(0, run.since(at) - 1) };
  });
  return { end, events };
}

function kindFits(run, i, what) {
  if (run.isMessage(i)) return /send|vote|repl|acknowl|lead|entries|snapshot|stand|ask/.test(what);
  if (run.kind[i] === SAVE) return /save|term|vote/.test(what);
  return what.includes(run.other(i)[0]);
}
