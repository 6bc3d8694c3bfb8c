// The page of the search: what is typed is searched for, and stands in the address of the page.
(function () {
  'use strict';
  var STEP = 20;
  var root = document.body.dataset.root, engine = window.KexueSearch;
  var field = document.getElementById('s-q'), status = document.getElementById('s-status');
  var results = document.getElementById('s-results'), more = document.getElementById('s-more');
  var filters = ['category', 'year', 'series', 'tag'].map(function (name) {
    return {name: name, input: document.getElementById('s-' + name)};
  });
  var shown = STEP, waiting = 0;

  function pieces(parts) {
    var span = document.createElement('span');
    parts.forEach(function (part) {
      var piece = document.createElement(part[1] ? 'mark' : 'span');
      piece.textContent = part[0];
      span.appendChild(piece);
    });
    return span;
  }

  function item(hit) {
    var row = document.createElement('li'), link = document.createElement('a');
    row.dataset.article = hit.id;
    link.href = root + 'archives/' + hit.id + '.html';
    link.appendChild(pieces(hit.title));
    link.firstChild.className = 's-title';
    var about = document.createElement('span');
    about.className = 's-meta';
    [hit.published, hit.category, hit.status === 'gone' ? '已删除' : ''].forEach(function (text) {
      if (!text) return;
      var one = document.createElement('span');
      one.textContent = text;
      about.appendChild(one);
    });
    var text = document.createElement('p');
    text.className = 's-snippet';
    text.appendChild(pieces(hit.text));
    row.append(link, ' ', about, text);
    return row;
  }

  function chosen() {
    var found = {};
    filters.forEach(function (filter) { found[filter.name] = filter.input.value.trim(); });
    return found;
  }

  function remember() {
    var words = new URLSearchParams();
    if (field.value) words.set('q', field.value);
    filters.forEach(function (filter) {
      if (filter.input.value) words.set(filter.name, filter.input.value);
    });
    try {
      history.replaceState(null, '', '?' + words);
    } catch (error) { /* some browsers allow no other address for a page from a disk */ }
  }

  function fail(error) { status.textContent = '载入失败：' + error.message; }

  // The articles that are found in the texts so far.
  function list(words) {
    var found = engine.search(field.value, chosen(), shown);
    results.replaceChildren.apply(results, found.hits.map(item));
    more.hidden = found.total <= shown;
    status.textContent = words + (found.total ? '找到 ' + found.total + ' 篇' : words ? '' : '没有找到');
    document.dispatchEvent(new Event('s-listed'));
  }

  // Shows results while the texts are loaded, in a tenth of the time at most.
  var resting = 0;
  function advance(done, all) {
    var start = Date.now();
    if (start < resting || done === all) return;
    list('正在载入正文 ' + done + ' / ' + all + '，');
    resting = Date.now() + Math.max(300, 10 * (Date.now() - start));
  }

  function show() {
    remember();
    if (!field.value.trim()) {
      results.replaceChildren();
      more.hidden = true;
      status.textContent = '';
      return;
    }
    status.textContent = status.textContent || '正在载入正文…';
    engine.load(root, advance).then(function () { list(''); }).catch(fail);
  }

  // The choices of the filters, once the articles are known.
  function fill() {
    var known = engine.catalogue(), years = new Set();
    known.articles.forEach(function (row) { if (row[2]) years.add(row[2].slice(0, 4)); });
    add('category', known.categories.map(function (name) { return [name, name]; }));
    add('year', Array.from(years).sort().reverse().map(function (year) { return [year, year]; }));
    add('series', known.series.map(function (one) { return [one[0], one[1]]; }));
    known.tags.forEach(function (tag) {
      document.getElementById('s-tags').appendChild(new Option(tag, tag));
    });
    var words = new URLSearchParams(location.search);
    filters.forEach(function (filter) { filter.input.value = words.get(filter.name) || wanted[filter.name] || ''; });
    document.getElementById('s-filters').hidden = false;
  }

  function add(name, choices) {
    choices.forEach(function (choice) {
      document.getElementById('s-' + name).appendChild(new Option(choice[1], choice[0]));
    });
  }

  function soon() {
    shown = STEP;
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  }

  var wanted = Object.fromEntries(new URLSearchParams(location.search));
  field.value = wanted.q || '';
  field.addEventListener('input', soon);
  field.form.addEventListener('submit', function (event) { event.preventDefault(); soon(); });
  filters.forEach(function (filter) { filter.input.addEventListener('input', soon); });
  document.getElementById('s-filters').addEventListener('submit', function (event) { event.preventDefault(); });
  more.addEventListener('click', function () { shown += STEP; show(); });

  // Keys: up and down lead from the field to the results, and from one to the next.
  document.addEventListener('keydown', function (event) {
    var step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    var links = Array.from(results.querySelectorAll('li > a')), here = links.indexOf(document.activeElement);
    if (here < 0 && document.activeElement !== field) return;
    var next = here + step < 0 ? field : links[here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  engine.open(root).then(function () {
    fill();
    if (field.value) show();
  }).catch(fail);
  if (!field.value) field.focus();
})();
