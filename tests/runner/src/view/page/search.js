// Searching: words that all must hold of an event.

const KINDS = ['votes', 'entries', 'snapshots', 'other calls', 'saves', 'applies', 'logs', 'clients', 'the rest'];

function kindOf(run, i) {
  if (run.isMessage(i)) return { RV: 0, AE: 1, IS: 2, other: 3 }[typeOf(run.message(i))];
  if (run.kind[i] === SAVE) return 4;
  const [kind] = run.other(i);
  return kind === 'apply' ? 5 : kind === 'log' ? 6 : kind === 'ask' || kind === 'answer' ? 7 : 8;
}

function termOf(run, i) {
  if (run.isMessage(i)) return run.message(i).content.term;
  if (run.kind[i] === SAVE) return run.saves[run.ref[i]].term;
  const [, what] = run.other(i);
  return what && what.term;
}

function hasIndex(run, i, index) {
  const within = (runs) => (runs || []).some(([first, last]) => first <= index && index <= last);
  if (run.isMessage(i)) {
    const c = run.message(i).content;
    return within(c.entries) || [c.last, c.prev, c.upto].some((one) => one && one[0] === index);
  }
  if (run.kind[i] === SAVE) return false;
  const [, what] = run.other(i);
  return Boolean(what) && what.index === index;
}

/** What a word asks of an event. */
function asks(view, word) {
  const { run } = view, lower = word.toLowerCase();
  if (lower[0] === '-' && lower.length > 1) { const not = asks(view, word.slice(1)); return (i) => !not(i); }
  const [name, value] = [lower.slice(0, lower.indexOf(':')), lower.slice(lower.indexOf(':') + 1)];
  switch (name) {
    case 'term': return (i) => termOf(run, i) === Number(value);
    case 'index': return (i) => hasIndex(run, i, Number(value));
    case 'call': return (i) => run.isMessage(i) && run.call[i] === Number(value);
    case 'type': return (i) => run.isMessage(i) ? typeOf(run.message(i)).toLowerCase() === value : run.kind[i] === SAVE ? value === 'save' : run.other(i)[0] === value;
    case 'thread': return (i) => run.threads[run.thread[i]].toLowerCase().includes(value);
    case 'is':
      if (value === 'lost') return (i) => run.isMessage(i) && run.step(i).lost !== undefined;
      if (value === 'twice') return (i) => { const arrow = view.ways.arrows[view.ways.arrowAt[i]]; return Boolean(arrow && arrow.copy); };
      if (value === 'reply') return (i) => run.isMessage(i) && run.isReply(i);
      break;
    default:
  }
  const whom = /^[ns](\d+)$/.exec(lower);
  if (whom) {
    const lane = `n${whom[1]}`;
    return (i) => run.laneName(i) === lane || run.isMessage(i) && (run.message(i).from === lane || run.message(i).to === lane);
  }
  return (i) => `${run.laneName(i)} ${tell(run, i)}`.toLowerCase().includes(lower);
}

function search(view, text) {
  const words = text.trim().split(/\s+/).filter(Boolean), found = new Set();
  if (!words.length) return found;
  const all = words.map((word) => asks(view, word));
  for (let i = 0; i < view.run.n; i++) if (all.every((one) => one(i))) found.add(i);
  return found;
}
