// The console's behaviour. Every page works without it: it keeps values and ages fresh, reads charts, asks before
// what cannot be undone. It makes no markup: texts, attributes and classes only, as the Trusted Types policy demands.
(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const part = (name, root = document) => root.querySelector(`[data-part="${name}"]`);
  const root = document.documentElement;
  const THIN = '\u202f';
  const STALE_AFTER = 15000;

  // ---- time: the server's clock, carried on by this page's own ----
  let serverNow = Number(root.dataset.now);
  let readAt = performance.now();
  const now = () => serverNow + performance.now() - readAt;
  const offset = Number(root.dataset.offset) * 1000;
  const two = n => String(n).padStart(2, '0');
  const clock = (ms, seconds) => {
    const d = new Date(ms + offset);
    return two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()) + (seconds ? ':' + two(d.getUTCSeconds()) : '');
  };
  const units = (root.dataset.units || 'd|h|min|s').split('|');
  const space = /[a-z]/.test(units[0]) ? THIN : '\u00a0';
  const age = ms => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    const pair = (a, i, b, j) => a + space + units[i] + (b > 0 ? '\u00a0' + b + space + units[j] : '');
    if (d >= 7) return pair(d, 0, 0, 1);
    if (d > 0) return pair(d, 0, h, 1);
    if (h > 0) return pair(h, 1, m, 2);
    return m > 0 ? pair(m, 2, 0, 3) : pair(s, 3, 0, 3);
  };
  const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };
  const tellAges = () => {
    for (const e of all('[data-age]')) {
      const text = age(now() - Number(e.dataset.age));
      put(e, e.dataset.ago ? e.dataset.ago.replace('{age}', text) : text);
    }
  };

  // ---- numbers as the server words them ----
  const trim = (v, places) => String(Number(v.toFixed(places))).replace('-', '\u2212');
  const short = v => {
    const a = Math.abs(v);
    if (a >= 1e15 || (a < 1e-4 && a !== 0)) {
      return v.toExponential(2).replace(/\.?0*e\+?/, 'e').replace(/^-/, '\u2212');
    }
    if (a >= 100) return Math.round(v).toLocaleString('en-US').replace('-', '\u2212');
    return String(Number(v.toPrecision(3))).replace('-', '\u2212');
  };
  const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const pieces = (unit, v) => {
    if (!Number.isFinite(v)) return ['–', ''];
    if (unit === 'percent') return [trim(v, Math.abs(v) < 10 ? 1 : Math.abs(v) > 99 && Math.abs(v) < 100 ? 2 : 0), '%'];
    if (unit === 'bytes' || unit === 'bytesPerSecond') {
      let i = 0;
      while (Math.abs(v) >= 1024 && i < BINARY.length - 1) { v /= 1024; i += 1; }
      return [short(v), BINARY[i] + (unit === 'bytes' ? '' : '/s')];
    }
    if (unit === 'seconds') return Math.abs(v) < 1 && v !== 0 ? [short(v * 1000), 'ms'] : [short(v), 's'];
    if (unit === 'milliseconds') return [short(v), 'ms'];
    return [short(v), unit === 'perSecond' ? '/s' : ''];
  };
  const worded = (unit, v) => pieces(unit, v).filter(Boolean).join(THIN);

  // ---- charts ----
  const charts = all('svg.chart[data-v]').map(el => {
    const v = JSON.parse(el.dataset.v);
    for (const s of v.s) s.t = s.t.map(t => v.from + t * 1000);
    const panel = el.closest('section');
    return {
      el, v, panel, id: el.dataset.chart, unit: el.dataset.unit, head: Number(el.dataset.head),
      bottom: Number(el.dataset.bottom), out: panel.querySelector('output'), shifted: 0, hint: null,
    };
  });
  const y = (c, value) =>
    c.bottom - Math.min(1, Math.max(0, (value - c.v.low) / (c.v.top - c.v.low))) * (c.bottom - c.head);
  const one = n => Math.round(n * 10) / 10;
  const percent = share => (Math.min(1, Math.max(0, share)) * 100).toFixed(2) + '%';

  const draw = c => {
    const span = c.v.to - c.v.from;
    for (const s of c.v.s) {
      let d = '';
      let last = -Infinity;
      s.t.forEach((t, i) => {
        const gone = t - last > Math.max(c.v.gap * 1000, span / 40);
        d += (gone ? 'M' : ' ') + one((t - c.v.from) / span * 1000) + ' ' + one(y(c, s.v[i]));
        last = t;
      });
      const line = c.el.querySelector(`[data-line="${CSS.escape(s.k)}"]`);
      if (line) line.setAttribute('d', d);
      const envelope = c.el.querySelector(`[data-envelope="${CSS.escape(s.k)}"]`);
      if (envelope) envelope.setAttribute('transform', `translate(${one(-c.shifted / span * 1000)} 0)`);
    }
    for (const e of all('[data-from]', c.el)) {
      const from = (Number(e.dataset.from) - c.v.from) / span;
      const to = e.dataset.to ? (Number(e.dataset.to) - c.v.from) / span : 1;
      e.setAttribute('x', percent(from));
      e.setAttribute('width', percent(Math.max(0, Math.min(1, to) - Math.max(0, from))));
    }
    for (const e of all('[data-at]', c.el)) {
      const share = (Number(e.dataset.at) - c.v.from) / span;
      e.setAttribute('visibility', share < 0 ? 'hidden' : 'visible');
      if (e.tagName === 'line') { e.setAttribute('x1', percent(share)); e.setAttribute('x2', percent(share)); }
      else e.setAttribute('x', percent(share));
    }
    const ticks = all('[data-tick]', c.el);
    for (const e of ticks) {
      let at = Number(e.dataset.tick);
      // A label that leaves on the left comes back on the right with its new time.
      if (at < c.v.from) {
        at += Math.ceil((c.v.from - at) / Number(e.dataset.step)) * Number(e.dataset.step);
        while (ticks.some(o => o !== e && Number(o.dataset.tick) === at)) at += Number(e.dataset.step);
        e.dataset.tick = String(at);
        put(e, clock(at));
      }
      const share = (at - c.v.from) / span;
      e.setAttribute('visibility', share > 1 ? 'hidden' : 'visible');
      e.setAttribute('x', percent(share));
      e.setAttribute('text-anchor', share < 0.06 ? 'start' : share > 0.94 ? 'end' : 'middle');
    }
  };

  // Twice the scale, so that the lines of the grid keep their places.
  const grow = c => {
    c.v.top *= 2;
    c.v.low *= 2;
    for (const e of all('[data-grid]', c.el)) {
      e.dataset.grid = String(Number(e.dataset.grid) * 2);
      put(e, worded(c.unit, Number(e.dataset.grid)));
    }
    for (const e of all('[data-threshold]', c.el)) {
      const at = y(c, Number(e.dataset.threshold));
      if (e.tagName === 'line') { e.setAttribute('y1', at); e.setAttribute('y2', at); } else e.setAttribute('y', at - 5);
    }
    for (const e of all('[data-envelope]', c.el)) e.setAttribute('d', '');
  };

  const append = (c, at, values) => {
    if (at > c.v.to) {
      c.shifted += at - c.v.to;
      c.v.from += at - c.v.to;
      c.v.to = at;
    }
    for (const s of c.v.s) {
      const value = values[s.k];
      if (typeof value === 'number' && at > (s.t[s.t.length - 1] ?? -Infinity)) {
        s.t.push(at);
        s.v.push(value);
        put(c.panel.querySelector(`[data-legend="${CSS.escape(s.k)}"]`), worded(c.unit, value));
        if (!c.v.fixed) for (let n = 0; value > c.v.top && n < 60; n += 1) grow(c);
      }
      while (s.t.length && s.t[0] < c.v.from) { s.t.shift(); s.v.shift(); }
    }
    draw(c);
  };

  // One crosshair for all charts of the page.
  const nearest = (times, at) => {
    let low = 0, high = times.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < at) low = middle + 1; else high = middle;
    }
    return low > 0 && at - times[low - 1] < times[low] - at ? low - 1 : low;
  };
  const read = share => {
    for (const c of charts) {
      const at = c.v.from + share * (c.v.to - c.v.from);
      const x = c.el.querySelector('.xh');
      x.setAttribute('x1', percent(share));
      x.setAttribute('x2', percent(share));
      c.el.classList.add('on');
      if (c.hint === null) c.hint = c.out.textContent;
      put(c.out, clock(at, c.v.to - c.v.from < 7200000) + '  ' + c.v.s.map(s => {
        const i = nearest(s.t, at);
        const near = s.t.length && Math.abs(s.t[i] - at) < Math.max(c.v.gap * 1000, (c.v.to - c.v.from) / 50);
        return s.n + ' ' + (near ? worded(c.unit, s.v[i]) : '–');
      }).join(' · '));
    }
  };
  const unread = () => {
    for (const c of charts) {
      c.el.classList.remove('on');
      if (c.hint !== null) put(c.out, c.hint);
    }
  };
  for (const c of charts) {
    let at = 1;
    c.el.addEventListener('pointermove', e => {
      const box = c.el.getBoundingClientRect();
      at = Math.min(1, Math.max(0, (e.clientX - box.left) / box.width));
      read(at);
    });
    c.el.addEventListener('pointerleave', unread);
    c.el.addEventListener('blur', unread);
    c.el.addEventListener('keydown', e => {
      const step = { ArrowLeft: -0.01, ArrowRight: 0.01, Home: -1, End: 1 }[e.key];
      if (step === undefined || e.isComposing) return;
      e.preventDefault();
      at = Math.min(1, Math.max(0, at + step));
      read(at);
    });
  }

  const readouts = new Map(all('[data-readout]').map(e => [e.dataset.readout, e]));
  const showReadout = (id, value) => {
    const e = readouts.get(id);
    if (!e) return;
    const [number, symbol] = pieces(e.dataset.unit, value);
    put(part('number', e), number);
    put(part('symbol', e), symbol);
    const gauge = e.querySelector('.gauge[data-full]');
    if (gauge) gauge.querySelector('.val').setAttribute('width', percent(value / Number(gauge.dataset.full)));
  };

  // ---- the stream ----
  let source = null;
  let heard = performance.now();
  const isHere = path => path === location.pathname || location.pathname.startsWith(path + '/') ||
    (path !== '/' && path.startsWith(location.pathname + '/')) || location.pathname === '/' || location.pathname === '/overview';
  const handlers = {
    samples(data) {
      if (document.body.dataset.live !== data.host) return;
      for (const c of charts) if (data.charts[c.id]) append(c, data.at, data.charts[c.id]);
      for (const [id, value] of Object.entries(data.readouts)) showReadout(id, value);
    },
    shell(data) {
      put(part('pill-text'), data.pill);
      const pill = part('pill');
      if (pill) { pill.className = 'pill is-' + data.style; pill.href = data.href; }
      part('pill-icon')?.setAttribute('href', '#' + data.icon);
      const seen = pill?.querySelector('[data-age]');
      if (seen && data.newestSample) seen.dataset.age = data.newestSample;
      for (const e of all('[data-count=incidents]')) put(e, String(data.incidents));
      // A fault came, went or reads otherwise: the page that is read again tells it in words.
      if (document.body.dataset.notices !== data.notices) handlers.resync();
      document.title = (data.incidents > 0 ? `(${data.incidents}) ` : '') + document.title.replace(/^\(\d+\) /, '');
      for (const e of all('[data-count=maintenance]')) put(e, String(data.tasks));
    },
    changed(data) { if (isHere(data.target)) { const e = part('changed'); if (e) e.hidden = false; } },
    resync() { const e = part('changed'); if (e) e.hidden = false; },
    alive(data) { serverNow = data.now; readAt = performance.now(); },
  };
  const open = () => {
    if (source || !part('pill') || !('EventSource' in window)) return;
    source = new EventSource('/events');
    source.onopen = () => { heard = performance.now(); };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, e => { heard = performance.now(); handle(JSON.parse(e.data)); });
    }
  };
  const close = () => { source?.close(); source = null; };
  // A hidden page gives its connection back: a browser has about six for one server.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close(); else { heard = performance.now(); open(); }
  });
  addEventListener('pagehide', close);

  setInterval(() => {
    if (document.hidden) return;
    const silent = performance.now() - heard;
    const isStale = source !== null && silent > STALE_AFTER;
    root.classList.toggle('is-stale', isStale);
    const banner = part('stale');
    if (banner) {
      banner.hidden = !isStale;
      if (isStale) put(part('stale-title'), part('stale-title').dataset.pattern.replace('{age}', age(silent)));
    }
    // A browser gives up on a stream that was refused; the page does not.
    if (source?.readyState === 2 && silent > 3000) { close(); open(); }
    tellAges();
  }, 1000);
  open();

  // ---- choices ----
  for (const a of all('a[data-keep-query]')) {
    const kept = new URLSearchParams(location.search);
    const wanted = new URL(a.href);
    for (const name of ['lang', 'theme', 't']) kept.delete(name);
    for (const [name, value] of wanted.searchParams) kept.set(name, value);
    const here = new URL(location.href);
    here.search = kept;
    a.href = here.href;
  }
  for (const a of all('[data-act=theme]')) a.addEventListener('click', e => {
    e.preventDefault();
    // From the system's colours to the others, to the same but chosen, and back.
    const [same, other] = matchMedia('(prefers-color-scheme: dark)').matches ? ['dark', 'light'] : ['light', 'dark'];
    const theme = { system: other, [other]: same, [same]: 'system' }[root.dataset.theme];
    root.dataset.theme = theme;
    a.title = a.dataset[theme];
    a.setAttribute('aria-label', a.title);
    document.cookie = `wk_theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
  });
  for (const a of all('[data-act=reload]')) a.addEventListener('click', e => { e.preventDefault(); location.reload(); });

  // ---- asking first ----
  const dialog = part('confirm');
  let asking = null;
  for (const form of all('form[data-confirm]')) form.addEventListener('submit', e => {
    if (!dialog?.showModal) return;
    e.preventDefault();
    asking = form;
    put(part('confirm-title'), form.dataset.confirm);
    put(part('confirm-text'), form.dataset.confirmText || '');
    put(part('confirm-yes'), form.querySelector('button').textContent);
    dialog.showModal();
  });
  part('confirm-yes')?.addEventListener('click', () => { dialog.close(); asking?.submit(); });
  part('confirm-no')?.addEventListener('click', () => dialog.close());
  // A second press must not send twice.
  for (const form of all('form[method=post]')) form.addEventListener('submit', e => {
    if (e.defaultPrevented) return;
    setTimeout(() => { for (const b of all('button', form)) b.disabled = true; });
  });

  // ---- asking for metrics: names, labels and values are completed from what is stored ----
  const ask = part('ask');
  if (ask) {
    const box = ask.querySelector('textarea');
    const list = ask.querySelector('.suggest');
    const known = new Map();
    const fetched = (path, query) => {
      const key = path + '?' + query;
      if (!known.has(key)) {
        known.set(key, fetch(key, { headers: { Accept: 'application/json' } })
          .then(r => r.json()).then(r => r.data || []).catch(() => []));
      }
      return known.get(key);
    };
    // Each word of the language: its name, its arguments, what it does.
    const words = JSON.parse(ask.dataset.words);
    const keywords = ['and', 'bool', 'by', 'group_left', 'group_right', 'ignoring', 'offset', 'on', 'or', 'unless', 'without'];
    const MOST = 2000;
    // What stands before the caret: a label's value in quotes, a label in braces or after by, or any name.
    const context = () => {
      const before = box.value.slice(0, box.selectionStart);
      const value = /([\w:]*)\{[^{}]*?(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)$/.exec(before);
      if (value) return { kind: 'value', metric: value[1], label: value[2], typed: value[3] };
      const label = /([\w:]*)\{(?:[^{}"]|"[^"]*")*?(\w*)$/.exec(before);
      if (label && /[{,]\s*\w*$/.test(before)) return { kind: 'label', metric: label[1], typed: label[2] };
      const group = /\b(?:by|without|on|ignoring)\s*\([^()]*?(\w*)$/.exec(before);
      if (group) return { kind: 'group', typed: group[1] };
      const name = /[\w:]+$/.exec(before);
      return { kind: 'name', typed: name ? name[0] : '' };
    };
    const matching = selectors => selectors.map(s => '&match[]=' + encodeURIComponent(s)).join('');
    // The index answers; of very many values only those that contain what was typed.
    const values = async (label, metric, typed) => {
      const path = '/api/v1/label/' + encodeURIComponent(label) + '/values';
      const found = await fetched(path, 'limit=' + MOST + matching(metric ? [metric] : []));
      if (found.length < MOST || !typed) return found;
      const pattern = typed.replace(/[^\w ]/g, '.').replace(/^/, '(?i).*') + '.*';
      return fetched(path, 'limit=' + MOST + matching([`${metric || ''}{${label}=~"${pattern}"}`]));
    };
    const told = async name => {
      const metadata = await fetched('/api/v1/metadata', 'limit_per_metric=1');
      const entry = [name, name.replace(/_(bucket|sum|count|total)$/, '')].map(n => metadata[n]).find(Boolean)?.[0];
      return entry ? [entry.type === 'unknown' ? '' : entry.type, entry.help].filter(Boolean).join(' · ') : '';
    };
    const labels = async selectors => {
      const names = await fetched('/api/v1/labels', 'limit=' + MOST + matching(selectors));
      return names.filter(n => n !== '__name__');
    };
    // Each option: what is shown and looked for, what is put in, what it means.
    const options = async c => {
      if (c.kind === 'value') {
        return (await values(c.label, c.metric, c.typed)).map(v => [v, v.replace(/["\\]/g, '\\$&') + '"', '']);
      }
      if (c.kind === 'label') return (await labels(c.metric ? [c.metric] : [])).map(n => [n, n + '="', '']);
      const names = await values('__name__', '', c.typed);
      if (c.kind === 'group') {
        const used = new Set(box.value.match(/[a-zA-Z_:][\w:]*/g));
        return (await labels(names.filter(n => used.has(n)).slice(0, 5))).map(n => [n, n, '']);
      }
      return [
        ...words.map(([name, parameters, meaning]) => [name, name + '(', parameters + ' – ' + meaning]),
        ...keywords.map(k => [k, k + ' ', '']), ...names.map(n => [n, n, told]),
      ];
    };
    let chosen = -1;
    let turn = 0;
    const hide = () => {
      list.hidden = true;
      chosen = -1;
      box.removeAttribute('aria-activedescendant');
    };
    const mark = index => {
      chosen = index;
      [...list.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === index)));
      if (index < 0) return box.removeAttribute('aria-activedescendant');
      box.setAttribute('aria-activedescendant', list.children[index].id);
      list.children[index].scrollIntoView({ block: 'nearest' });
    };
    const take = index => {
      const c = context();
      const from = box.selectionStart - c.typed.length;
      const text = list.children[index].dataset.text;
      // What stands behind the caret already is not put in twice.
      const next = box.value[box.selectionStart];
      const end = text.endsWith(next) && next !== undefined ? text.length - 1 : text.length;
      box.setRangeText(text.slice(0, end), from, box.selectionStart, 'end');
      hide();
      box.focus();
      if (c.kind === 'label') suggest();
    };
    const suggest = async asked => {
      const mine = ++turn;
      const c = context();
      if (c.kind === 'name' && c.typed.length < 2 && asked !== true) return hide();
      const typed = c.typed.toLowerCase();
      const rank = o => (o[0].toLowerCase().startsWith(typed) ? 1 : 0);
      const found = (await options(c)).filter(o => o[0] !== c.typed && o[0].toLowerCase().includes(typed))
        .sort((a, b) => rank(b) - rank(a)).slice(0, 12);
      const meanings = await Promise.all(found.map(([name, , meaning]) => meaning.call ? meaning(name) : meaning));
      if (mine !== turn) return;
      if (!found.length) return hide();
      list.replaceChildren(...found.map(([name, text], i) => {
        const li = document.createElement('li');
        li.id = 'suggest-' + i;
        li.dataset.text = text;
        li.setAttribute('role', 'option');
        for (const part of [name, meanings[i]].filter(Boolean)) {
          const span = document.createElement('span');
          span.textContent = part;
          li.append(span);
        }
        li.addEventListener('pointerdown', e => { e.preventDefault(); take(i); });
        return li;
      }));
      list.hidden = false;
      mark(-1);
    };
    box.setAttribute('aria-autocomplete', 'list');
    box.setAttribute('aria-haspopup', 'listbox');
    box.setAttribute('aria-controls', list.id);
    box.addEventListener('input', suggest);
    box.addEventListener('blur', hide);
    box.addEventListener('keydown', e => {
      if (e.isComposing || e.keyCode === 229) return;
      if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); ask.requestSubmit(); return; }
      if (e.key === ' ' && e.ctrlKey) { e.preventDefault(); suggest(true); return; }
      if (list.hidden) return;
      const count = list.children.length;
      if (e.key === 'ArrowDown') { e.preventDefault(); mark((chosen + 1) % count); }
      else if (e.key === 'ArrowUp') { e.preventDefault(); mark(chosen > 0 ? chosen - 1 : count - 1); }
      else if (e.key === 'Tab' || (e.key === 'Enter' && chosen >= 0)) { e.preventDefault(); take(Math.max(0, chosen)); }
      else if (e.key === 'Escape') hide();
    });
  }

  // ---- keys; none acts on a record ----
  const pages = { o: '/', i: '/incidents', h: '/hosts', c: '/cmdb', m: '/maintenance', r: '/rules', e: '/explore' };
  let lead = 0;
  let row = -1;
  document.addEventListener('keydown', e => {
    // A Chinese input method uses Enter and letters for itself.
    if (e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || dialog?.open) return;
    if (e.key === '/') {
      const search = document.querySelector('.search input[type=search]');
      if (search) { e.preventDefault(); search.focus(); }
    } else if (e.key === 'g') {
      lead = performance.now();
    } else if (pages[e.key] && performance.now() - lead < 1500) {
      location.href = pages[e.key];
    } else if (e.key === 'j' || e.key === 'k') {
      const rows = all('[data-row]');
      if (!rows.length) return;
      row = Math.min(rows.length - 1, Math.max(0, row + (e.key === 'j' ? 1 : -1)));
      rows.forEach((r, i) => r.classList.toggle('row-at', i === row));
      rows[row].scrollIntoView({ block: 'nearest' });
      rows[row].querySelector('a')?.focus();
    }
  });
})();
