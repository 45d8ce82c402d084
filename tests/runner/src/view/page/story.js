// The captions of a scene: what to look at where one stands, and what would go wrong otherwise.

/** Which caption the cursor is behind; -1 before the first. */
function captionAt(view) {
  let k = -1;
  while (k + 1 < view.captions.length && view.captions[k + 1] <= view.cursor) k += 1;
  return k;
}

function nextCaption(view, by) {
  const k = captionAt(view);
  // Back leads to the beginning of this one first.
  const to = by < 0 && view.captions[k] < view.cursor ? k : k + by;
  if (view.captions[to] !== undefined) view.go(view.captions[to]);
}

function showStory(view) {
  const section = document.getElementById('story');
  if (!view.captions.length) return;
  section.hidden = false;
  const back = make('button', '‹', { 'aria-label': 'previous caption', title: ',' }), on = make('button', '›', { 'aria-label': 'next caption', title: '.' });
  back.addEventListener('click', () => nextCaption(view, -1));
  on.addEventListener('click', () => nextCaption(view, 1));
  const head = make('p'), all = make('ol', undefined, { id: 'captions' });
  head.append(back, ' ', on, ' ', make('strong', view.run.other(view.captions[0])[1].text), ' ', make('span', '', { id: 'which' }));
  section.append(head, make('p', '', { id: 'says', 'aria-live': 'polite' }), make('p', '', { id: 'otherwise', class: 'wrong' }), all);
  // On paper all of them are wanted.
  for (const i of view.captions.slice(1)) {
    const [, { text, otherwise }] = view.run.other(i);
    all.append(make('li', otherwise ? `${text} (Otherwise: ${otherwise})` : text));
  }
}

function showCaption(view) {
  if (!view.captions.length) return;
  // The first is the title.
  const k = Math.min(Math.max(1, captionAt(view)), view.captions.length - 1), [, { text, otherwise }] = view.run.other(view.captions[k]);
  const put = (name, said) => { const element = document.getElementById(name); if (element.textContent !== said) element.textContent = said; };
  put('which', `${k} of ${view.captions.length - 1}`);
  put('says', text);
  put('otherwise', otherwise ? `What would go wrong otherwise: ${otherwise}` : '');
}
