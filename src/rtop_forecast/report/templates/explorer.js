(() => {
const D = JSON.parse(document.getElementById('data').textContent), $ = id => document.getElementById(id);
const body = $('rows'), rows = [...body.rows], places = [...$('unranked').children], SVG = 'http://www.w3.org/2000/svg';
const plain = s => s.normalize('NFKD').replace(/[\u0300-\u036f'\u2019`]/g, '').toLowerCase().trim();
const el = (tag, attributes = {}, ...children) => { const e = ['svg', 'path', 'polyline', 'text', 'rect'].includes(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag); for (const k in attributes) e.setAttribute(k, attributes[k]); e.append(...children); return e; };
const own = (v, most, least = most) => v.toLocaleString(D.lang + '-u-nu-latn', {minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: false}), percent = (v, most, least) => D.percent.replace('0', own(v, most, least)), times = v => '\u00d7' + own(v, 2);
const chances = t => t.map(v => v == null ? v : v / 1e5);
D.world = chances(D.world);
for (const s in D.states) D.states[s].t = chances(D.states[s].t);
let chosen = [], selected = '';
$('tools').hidden = $('measure-bar').hidden = false;
const head = document.querySelector('#ranking-table thead tr'), label = $('compare-h').textContent;
head.append(el('th', {scope: 'col', class: 'noprint'}, D.words['column.compare']));
for (const row of rows) {
  const box = el('input', {type: 'checkbox', 'aria-label': label + ': ' + D.states[row.dataset.s].n});
  box.addEventListener('change', () => {
    if (box.checked && chosen.length === 6) { box.checked = false; $('status').textContent = D.words['compare.full']; return; }
    chosen = box.checked ? [...chosen, row.dataset.s] : chosen.filter(s => s !== row.dataset.s);
    address(); compare();
  });
  row.append(el('td', {'data-l': D.words['column.compare'], class: 'noprint'}, box));
}
function matches(names, q) { return names.split('|').some(n => q.length < 4 ? n === q || n.startsWith(q) : n.includes(q)); }
function filter() {
  const q = plain($('q').value), region = $('region').value, org = $('org').value, sit = $('sit').value;
  let count = 0, sum = 0;
  for (const row of rows) {
    const d = row.dataset, on = (!q || matches(d.names, q)) && (!region || d.region.split('|').includes(region)) && (!org || d.org.split('|').includes(org)) && (!sit || d.sit === sit);
    row.hidden = !on;
    if (on) { count += 1; sum += +d.p; }
  }
  let text = D.counted.replace('{count}', count).replace('{expected}', own(sum, 1));
  if (q) for (const p of places.filter(p => matches(p.dataset.names, q)).slice(0, 3)) text += '. ' + p.textContent;
  $('status').textContent = text;
}
const number = {rank: r => rows.indexOf(r), prob: r => +r.dataset.p, low: r => +r.dataset.low, ranks: r => parseInt(r.cells[4].textContent, 10), before: r => +r.dataset.before || 0};
head.querySelectorAll('[data-k]').forEach((th, place) => {
  const button = el('button', {type: 'button'}, ...th.childNodes);
  th.replaceChildren(button);
  button.addEventListener('click', () => {
    const up = th.getAttribute('aria-sort') !== 'ascending', k = th.dataset.k;
    head.querySelectorAll('[aria-sort]').forEach(o => o.removeAttribute('aria-sort'));
    th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const value = number[k] || (r => r.cells[place].textContent);
    body.append(...[...rows].sort((a, b) => { const x = value(a), y = value(b); return (typeof x === 'string' ? x.localeCompare(y, D.lang) : x - y) * (up ? 1 : -1); }));
  });
});
function select(slug) {
  selected = slug;
  document.querySelectorAll('.sel').forEach(e => e.classList.remove('sel'));
  document.querySelectorAll(`[data-s="${slug}"]`).forEach(e => e.classList.add('sel'));
  const row = rows.find(r => r.dataset.s === slug);
  if (row) $('panel').replaceChildren(el('strong', {}, D.states[slug].n), ' ' + row.cells[2].textContent + ' (' + row.cells[3].textContent.trim() + ') ', el('a', {href: '#' + slug}, PANEL));
}
const PANEL = $('briefs-h').textContent;
$('map').addEventListener('click', e => { const s = e.target.dataset && e.target.dataset.s; if (s) { select(s); address(); } });
function address() { history.replaceState(null, '', '#' + (selected || '') + (chosen.length ? '?compare=' + chosen.join(',') : '')); }
function read() {
  const [slug, query] = decodeURIComponent(location.hash.slice(1)).split('?');
  const wanted = new URLSearchParams(query || '').get('compare');
  if (wanted) { chosen = wanted.split(',').filter(s => D.states[s]).slice(0, 6); for (const row of rows) row.querySelector('input').checked = chosen.includes(row.dataset.s); }
  if (D.states[slug]) { select(slug); const brief = $(slug); brief.open = true; brief.scrollIntoView(); }
  compare();
}
function compare() {
  const out = $('comparison'); out.replaceChildren();
  if (!chosen.length) return;
  const W = 720, H = 260, L = 40, y0 = D.years[0], y1 = D.years[D.years.length - 1], colours = ['--bar', '--hot', '--fg', '--k3', '--link', '--muted'], dashes = ['', '8 3', '2 2', '10 3 2 3', '4 4', '1 3'];
  const x = y => L + (W - L - 130) * (y - y0) / (y1 - y0), lines = [D.world, ...chosen.map(s => D.states[s].t)].flat().filter(p => p > 0), low = Math.min(.001, ...lines), high = Math.max(.3, ...lines);
  const y = p => 8 + (H - 30) * (1 - Math.log(Math.max(p, low) / low) / Math.log(high / low));
  const svg = el('svg', {viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': D.words['compare.trend'] + ': ' + chosen.map(s => D.states[s].n).join(D.words.comma)});
  for (const p of [.0001, .001, .01, .1].filter(p => p >= low)) svg.append(el('path', {d: `M${L} ${y(p)}H${W - 130}`, style: 'stroke:var(--muted);stroke-width:.6'}), el('text', {x: 2, y: y(p) + 3}, percent(100 * p, 2, 0)));
  svg.append(el('text', {x: L, y: H - 4}, String(y0)), el('text', {x: W - 150, y: H - 4}, String(y1)));
  const line = (t, style) => svg.append(el('polyline', {points: t.map((p, k) => p == null ? '' : `${x(D.years[k]).toFixed(1)},${y(p).toFixed(1)}`).filter(Boolean).join(' '), style: 'fill:none;stroke-width:2;' + style}));
  line(D.world, 'stroke:var(--muted);stroke-dasharray:5 3');
  chosen.forEach((s, k) => { line(D.states[s].t, `stroke:var(${colours[k]});stroke-dasharray:${dashes[k]}`); svg.append(el('path', {d: `M${W - 124} ${16 + 16 * k}h20`, style: `stroke:var(${colours[k]});stroke-width:2;stroke-dasharray:${dashes[k]}`}), el('text', {x: W - 100, y: 19 + 16 * k}, D.states[s].n)); });
  const at = 16 + 16 * chosen.length;
  svg.append(el('path', {d: `M${W - 124} ${at}h20`, style: 'stroke:var(--muted);stroke-width:2;stroke-dasharray:5 3'}), el('text', {x: W - 100, y: at + 3}, D.words.world));
  const m = $('measure').value, of = s => D.states[s], table = el('table', {class: 'heat'});
  table.append(el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, D.words['compare.factor']), ...chosen.map(s => el('th', {scope: 'col', class: 'n'}, of(s).n)))));
  const tb = el('tbody');
  D.factors.forEach((f, k) => tb.append(el('tr', {}, el('th', {scope: 'row'}, (k + 1) + ' ' + f), ...chosen.map(s => {
    const v = of(s)[m][k], a = v == null ? 0 : m === 'o' ? Math.log(v) * 60 : m === 'i' ? v - 50 : 0;
    return el('td', {class: 'n', style: Math.abs(a) > 3 ? `background:color-mix(in srgb,var(${a > 0 ? '--k2' : '--bar'}) ${Math.min(45, Math.abs(a))}%,var(--bg))` : ''}, v == null ? D.words['no.data'] : m === 'o' ? times(v) : m === 'c' ? percent(v, 0) : String(v));
  }))));
  tb.append(el('tr', {}, el('th', {scope: 'row'}, D.words['compare.edition']), ...chosen.map(s => { const e = of(s).d; return el('td', {class: 'n'}, e[0] == null ? D.words['no.data'] : `${times(e[0])} (${times(e[1])} \u2013 ${times(e[2])})`); })));
  table.append(tb);
  out.append(svg, el('div', {class: 'wrap', tabindex: 0, role: 'region', 'aria-label': $('measure').selectedOptions[0].textContent}, table));
}
$('csv').addEventListener('click', () => {
  const quote = s => '"' + String(s).replace(/"/g, '""').replace(/^[=+\-@]/, "'$&") + '"';
  const lines = [['name', 'prob', 'prob_low', 'prob_high', 'prob_last_year', 'under_way'], ...[...body.rows].filter(r => !r.hidden).map(r => [quote(D.states[r.dataset.s].n), r.dataset.p, r.dataset.low, r.dataset.high, r.dataset.before, r.dataset.sit])];
  const a = el('a', {href: URL.createObjectURL(new Blob([lines.map(l => l.join(',')).join('\n') + '\n'], {type: 'text/csv'})), download: 'selection.csv'});
  a.click(); URL.revokeObjectURL(a.href);
});
$('reset').addEventListener('click', () => { for (const id of ['q', 'region', 'org', 'sit']) $(id).value = ''; filter(); });
for (const id of ['q', 'region', 'org', 'sit']) $(id).addEventListener('input', filter);
$('measure').addEventListener('input', compare);
addEventListener('hashchange', read);
filter(); read();
})();
