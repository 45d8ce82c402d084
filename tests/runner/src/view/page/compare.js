// Two runs side by side, to where they part: another page, or another seed, before and after a
// change. The other page is read from a file that is chosen here; nothing leaves this one.

/** What an event says, whenever and wherever in its run it came: times may differ a little. */
const gist = (run, i) => `${run.laneName(i)} ${tell(run, i)}`;

/** The first event in which two runs differ; -1 if one is the beginning of the other. */
function firstDifference(one, other) {
  const most = Math.min(one.n, other.n);
  for (let i = 0; i < most; i++) if (gist(one, i) !== gist(other, i)) return i;
  return one.n === other.n ? -1 : most;
}

async function readPage(file) {
  const page = new DOMParser().parseFromString(await file.text(), 'text/html');
  const data = page.getElementById('data');
  if (!data) throw new Error('it is no page of raftlab view');
  return new Run(await unpack(data.textContent));
}

function showDifference(view, other) {
  const { run } = view, at = firstDifference(run, other), out = document.getElementById('difference');
  out.hidden = false;
  out.replaceChildren();
  if (at < 0) { out.append('the two runs are the same, event for event'); return; }
  const here = make('button', 'go there'), told = (of) => at < of.n ? `${of.seconds(at)} s  ${gist(of, at)}` : '(its end)';
  here.addEventListener('click', () => view.go(Math.min(at, run.n - 1)));
  out.append(make('p', `the first ${at} events are the same in ${other.run.case}, seed ${other.run.seed}, of ${other.run.submission}; then`));
  const both = make('dl');
  both.append(make('dt', 'this one has'), make('dd', told(run)), make('dt', 'the other has'), make('dd', told(other)));
  out.append(both, here);
  view.difference = at < run.n ? at : -1;
  view.evidenceAt.add(view.difference);
  view.go(Math.min(at, run.n - 1));
}

function comparing(view) {
  const input = document.getElementById('other');
  document.getElementById('compare').addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    const out = document.getElementById('difference');
    try { showDifference(view, await readPage(input.files[0])); } catch (error) {
      out.hidden = false;
      out.textContent = `${input.files[0] ? input.files[0].name : 'the file'} cannot be compared: ${error.message}`;
    }
  });
}
