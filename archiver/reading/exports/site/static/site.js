// Comforts that pages do without: colours, keys, an article at random, formulas of titles.
(function () {
  'use strict';
  var root = document.body.dataset.root, page = document.documentElement;

  // Colours.
  var theme = document.getElementById('s-theme');
  function isDark() {
    return page.dataset.theme ? page.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  function nameTheme() { theme.textContent = isDark() ? '浅色' : '深色'; }
  theme.hidden = false;
  nameTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', nameTheme);
  theme.addEventListener('click', function () {
    page.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('kexue-theme', page.dataset.theme); } catch (error) { /* for this page */ }
    nameTheme();
  });

  // Keys: / leads to the search.
  document.addEventListener('keydown', function (event) {
    var place = event.target, isTyping = /^(?:INPUT|TEXTAREA|SELECT)$/.test(place.tagName);
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      document.getElementById('s-q').select();
      document.getElementById('s-q').focus();
    }
  });

  // What moves in its box can be moved with the keys too; formula-layout.js does this for formulas.
  function letMove() {
    document.querySelectorAll('pre, .s-wide').forEach(function (box) {
      if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.tabIndex = 0;
    });
  }
  letMove();
  document.addEventListener('s-placed', letMove);

  function addScript(name) {
    var script = document.createElement('script');
    script.src = root + name;
    script.async = false;
    document.head.appendChild(script);
  }

  // An article that is chosen at random, of those that have not been read.
  var random = document.getElementById('s-random');
  random.hidden = false;
  random.addEventListener('click', function (event) {
    event.preventDefault();
    function go(known) {
      var rest = known.articles.filter(function (row) { return !window.KexueReading.isRead(row[0]); });
      var rows = rest.length ? rest : known.articles;
      if (rows.length) location.href = root + 'archives/' + rows[Math.floor(Math.random() * rows.length)][0] + '.html';
    }
    if (window.KexueSearch && window.KexueSearch.load) {
      window.KexueSearch.load(root).then(function () { go(window.KexueSearch.catalogue()); });
      return;
    }
    window.KexueSearch = Object.assign(window.KexueSearch || {}, {articles: go});
    addScript('search/articles.js');
  });

  // Titles in lists: MathJax is loaded when one with a formula comes into sight.
  var latex = document.querySelectorAll('.s-latex');
  if (latex.length && !window.MathJax && !document.querySelector('script[src$="tex-chtml.js"]')) {
    var near = new IntersectionObserver(function (seen) {
      if (!seen.some(function (one) { return one.isIntersecting; })) return;
      near.disconnect();
      addScript('assets/formulas.js');
      addScript('assets/formula-layout.js');
      addScript('mathjax/tex-chtml.js');
    }, {rootMargin: '100px'});
    latex.forEach(function (title) { near.observe(title); });
  }
})();
