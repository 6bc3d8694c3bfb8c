// What has been read, how far, and where to go on. All of it stays in this browser (localStorage);
// where that is off, nothing of it is shown.
(function () {
  'use strict';
  var root = document.body.dataset.root;

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (error) { return {}; }
  }
  function write(name, value) {
    try { localStorage.setItem(name, JSON.stringify(value)); return true; } catch (error) { return false; }
  }

  // What has been read: {id: when}, and how far in what has not: {id: [when, part, title]}.
  var done = read('kexue-read'), begun = read('kexue-begun');
  function has(list, id) { return Object.prototype.hasOwnProperty.call(list, id); }

  function markLists() {
    document.querySelectorAll('li[data-article]').forEach(function (item) {
      var isRead = has(done, item.dataset.article), mark = item.querySelector('.s-read');
      if (isRead && !mark) {
        mark = document.createElement('span');
        mark.className = 's-read';
        mark.textContent = '已读';
        item.querySelector('a').after(' ', mark);
      } else if (!isRead && mark) mark.remove();
      item.classList.toggle('s-done', isRead);
    });
    document.querySelectorAll('li[data-parts]').forEach(function (item) {
      var ids = item.dataset.parts.split(' '), count = ids.filter(function (id) { return has(done, id); }).length;
      if (count) item.querySelector('small').textContent = '已读 ' + count + ' / ' + ids.length;
    });
    document.querySelectorAll('ol.s-parts').forEach(function (list) {
      var parts = Array.from(list.children), progress = list.parentElement.querySelector('p.s-progress');
      var finished = parts.filter(function (item) { return has(done, item.dataset.article); });
      var next = parts.find(function (item) { return !has(done, item.dataset.article); });
      progress.hidden = !finished.length;
      progress.textContent = '已读 ' + finished.length + ' / ' + parts.length + (next ? '，接着读：' : '');
      if (next) progress.appendChild(next.querySelector('a').cloneNode(true));
    });
  }
  markLists();
  document.addEventListener('s-listed', markLists);

  var article = document.querySelector('article[data-article]');
  if (article) {
    var id = article.dataset.article, button = document.getElementById('s-mark');
    var text = article.querySelector('.s-body');
    var name = function () { button.textContent = has(done, id) ? '标为未读' : '标为已读'; };
    var set = function (isRead) {
      done = read('kexue-read');
      begun = read('kexue-begun');
      if (isRead) done[id] = Date.now(); else delete done[id];
      delete begun[id];
      button.hidden = !(write('kexue-read', done) && write('kexue-begun', begun));
      name();
      markLists();
    };
    button.hidden = !write('kexue-read', done);
    name();
    button.addEventListener('click', function () { set(!has(done, id)); });
    if (has(begun, id) && begun[id][1] > 0 && text && !location.hash) {
      var back = document.createElement('button'), left = begun[id][1];
      back.type = 'button';
      back.className = 's-back';
      back.textContent = '回到上次读到的地方（' + Math.round(left * 100) + '%）';
      back.addEventListener('click', function () {
        var box = text.getBoundingClientRect();
        scrollBy(0, box.top + left * box.height - innerHeight);
        back.remove();
      });
      article.querySelector('header').append(back);
    }
    var waiting = 0;
    var note = function () {
      waiting = 0;
      if (!text || has(done, id)) return;
      var box = text.getBoundingClientRect(), part = (innerHeight - box.top) / Math.max(box.height, 1);
      if (part >= 1) { set(true); return; }
      if (scrollY < 200) return;
      begun = read('kexue-begun');
      begun[id] = [Date.now(), Math.round(part * 100) / 100, article.querySelector('h1').dataset.title];
      write('kexue-begun', begun);
    };
    addEventListener('scroll', function () { waiting = waiting || setTimeout(note, 400); }, {passive: true});
  }

  // A list without what has been read.
  var unread = document.getElementById('s-unread');
  if (unread && document.querySelector('main .s-done') && document.querySelector('main li[data-article]:not(.s-done)')) {
    unread.hidden = false;
    unread.addEventListener('click', function () {
      var isOn = document.getElementById('s-main').classList.toggle('s-unread-only');
      unread.setAttribute('aria-pressed', String(isOn));
    });
  }

  // The start page: what has been begun, and what is new since the last visit.
  var resume = document.querySelector('section.s-resume');
  function goOn(id, title, about) {
    var item = document.createElement('li'), link = document.createElement('a'), part = document.createElement('span');
    link.href = root + 'archives/' + id + '.html';
    var name = document.createElement('span');
    name.className = 's-title tex2jax_process' + (/\$[^$]+\$|\\\(/.test(title) ? ' s-latex' : '');
    name.textContent = title;
    link.append(name);
    part.className = 's-meta';
    part.textContent = about;
    item.append(link, ' ', part);
    resume.querySelector('ul').append(item);
    resume.hidden = false;
  }
  function goOnSeries(known) {
    var found = known.map(function (one) {
      var read = one[2].filter(function (part) { return has(done, part[0]); });
      return {
        name: one[1], count: read.length, parts: one[2].length,
        next: one[2].find(function (part) { return !has(done, part[0]) && !has(begun, part[0]); }),
        last: Math.max.apply(null, read.map(function (part) { return Number(done[part[0]]) || 0; }))
      };
    }).filter(function (one) { return one.count && one.next; });
    found.sort(function (one, other) { return other.last - one.last; });
    found.slice(0, 5).forEach(function (one) {
      goOn(one.next[0], one.next[1], '系列“' + one.name + '”已读 ' + one.count + ' / ' + one.parts);
    });
  }
  if (resume) {
    var open = Object.keys(begun).filter(function (one) { return Array.isArray(begun[one]) && /^\d+$/.test(one); });
    open.sort(function (a, b) { return begun[b][0] - begun[a][0]; });
    open.slice(0, 5).forEach(function (one) {
      goOn(one, begun[one][2], '读到 ' + Math.round(begun[one][1] * 100) + '%');
    });
    if (Object.keys(done).length) {
      window.KexueSearch = Object.assign(window.KexueSearch || {}, {series: goOnSeries});
      var known = document.createElement('script');
      known.src = root + 'search/series.js';
      document.head.appendChild(known);
    }
    var visit = read('kexue-visit'), newest = visit.seen || '';
    document.querySelectorAll('#s-new-list li').forEach(function (item) {
      var seen = item.dataset.seen;
      if (visit.seen && seen > visit.seen) {
        var badge = document.createElement('span');
        badge.className = 's-badge';
        badge.textContent = '新';
        item.querySelector('a').after(' ', badge);
      }
      if (seen > newest) newest = seen;
    });
    write('kexue-visit', {seen: newest});
  }

  window.KexueReading = {isRead: function (id) { return has(done, id); }};
})();
