// The search of a site. It means by a query what archiver.reading.search means: an article is found
// when its folded title or text contains every term that is wanted and none that is not. Tables and
// numbers come from there (search/rules.js); texts are loaded by the first search.
window.KexueSearch = (function () {
  'use strict';
  var ODD = 0;  // a character for which the quick way of folding does not do
  var rules = null, catalogue = null, opening = null, loading = null, heard = null;
  var quick = null, all = null, space = null, term = null;
  var texts = [];  // of each article: {body, folded, isShifted, title}, in the order of the catalogue

  function setRules(given) {
    rules = given;
    quick = new Uint16Array(65536);
    all = new Map();
    for (var code = 0; code < 65536; code++) quick[code] = code < 0xd800 || code > 0xdfff ? code : ODD;
    Object.keys(given.spellings).forEach(function (folded) {
      Array.from(given.spellings[folded]).forEach(function (other) {
        all.set(other, folded);
        if (other.length === 1) quick[other.charCodeAt(0)] = folded.length === 1 ? folded.charCodeAt(0) : ODD;
      });
    });
    var spaces = Array.from(given.spaces).map(function (one) {
      return '\\u{' + one.codePointAt(0).toString(16) + '}';
    }).join('');
    space = new RegExp('[' + spaces + ']', 'gu');
    term = new RegExp(
      '(?<without>-(?=[^-' + spaces + ']))?' +
      '(?:"(?<phrase>[^"]+)"(?=[' + spaces + ']|$)|(?<word>[^' + spaces + ']+))', 'gu');
  }

  function foldCharacter(character) {
    return all.get(character) || character;
  }

  // A folded text, and whether its characters stand at other places than in the text.
  function fold(text) {
    var codes = new Uint16Array(text.length);
    for (var at = 0; at < text.length; at++) {
      var code = quick[text.charCodeAt(at)];
      if (code === ODD) return foldSlowly(text);
      codes[at] = code;
    }
    return {text: new TextDecoder('utf-16le').decode(codes), isShifted: false};
  }

  function foldSlowly(text) {
    var folded = [], isShifted = false;
    for (var character of text) {
      var other = foldCharacter(character);
      isShifted = isShifted || other.length !== character.length;
      folded.push(other);
    }
    return {text: folded.join(''), isShifted: isShifted};
  }

  // The place in a text of a place in the folded one.
  function placeIn(text, place) {
    var folded = 0, at = 0;
    for (var character of text) {
      if (folded >= place) break;
      folded += foldCharacter(character).length;
      at += character.length;
    }
    return at;
  }

  function parse(text) {
    var wanted = new Set(), unwanted = new Set();
    for (var match of text.matchAll(term)) {
      var found = match.groups;
      (found.without ? unwanted : wanted).add(fold(found.phrase || found.word).text);
    }
    return {wanted: Array.from(wanted), unwanted: Array.from(unwanted)};
  }

  function offsets(text, one) {
    var found = [];
    for (var at = text.indexOf(one); at >= 0; at = text.indexOf(one, at + 1)) found.push(at);
    return found;
  }

  function occurrences(article, one) {
    var inTitle = offsets(article.title, one).length, inBody = offsets(article.folded, one);
    return inTitle || inBody.length ? {term: one, inTitle: inTitle, offsets: inBody} : null;
  }

  function gap(one, other) {
    var few = one.offsets.length <= other.offsets.length ? one : other;
    var many = few === one ? other : one;
    if (!few.offsets.length) return null;
    var fewest = many.offsets[many.offsets.length - 1] + few.offsets[few.offsets.length - 1];
    var next = 0;
    for (var at of few.offsets) {
      while (next < many.offsets.length && many.offsets[next] < at) next++;
      if (next < many.offsets.length) fewest = Math.min(fewest, many.offsets[next] - at - few.term.length);
      if (next) fewest = Math.min(fewest, at - many.offsets[next - 1] - many.term.length);
      if (fewest <= 0) return 0;
    }
    return fewest;
  }

  function score(terms) {
    var titled = 0, often = 0;
    terms.forEach(function (found, place) {
      titled += found.inTitle > 0 ? 1 : 0;
      often += Math.log2(1 + found.inTitle + found.offsets.length);
      var apart = place ? gap(terms[place - 1], found) : null;
      if (apart !== null) often += rules.nearest / (1 + apart / rules.half);
    });
    return [titled, often];
  }

  function bestStart(terms) {
    var places = [];
    terms.forEach(function (found, number) {
      found.offsets.slice(0, rules.lookedAt).forEach(function (at) { places.push([at, number]); });
    });
    places.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    var best = 0, most = 0, first = 0;
    places.forEach(function (place, last) {
      while (places[first][0] < place[0] - (rules.length - 2 * rules.before)) first++;
      var different = new Set(places.slice(first, last + 1).map(function (one) { return one[1]; })).size;
      if (different > most) { best = places[first][0]; most = different; }
    });
    return Math.max(best - rules.before, 0);
  }

  // A text in pieces: [text, is it a hit].
  function marked(text, terms) {
    text = text.replace(space, ' ');
    var starts = [], folded = '';
    var at = 0;
    for (var character of text) {
      var other = foldCharacter(character);
      for (var unit = 0; unit < other.length; unit++) starts.push(at);
      folded += other;
      at += character.length;
    }
    starts.push(at);
    var hits = [];
    terms.forEach(function (one) {
      for (var place = folded.indexOf(one); place >= 0; place = folded.indexOf(one, place + one.length)) {
        hits.push([starts[place], starts[place + one.length]]);
      }
    });
    hits.sort(function (a, b) { return a[0] - b[0] || a[1] - b[1]; });
    var pieces = [], end = 0;
    hits.forEach(function (hit) {
      if (hit[0] > end) pieces.push([text.slice(end, hit[0]), false]);
      if (hit[1] > end) pieces.push([text.slice(Math.max(end, hit[0]), hit[1]), true]);
      end = Math.max(end, hit[1]);
    });
    if (end < text.length) pieces.push([text.slice(end), false]);
    return pieces;
  }

  function snippet(article, terms, wanted) {
    var start = bestStart(terms);
    if (article.isShifted) start = placeIn(article.body, start);
    if (isLowHalf(article.body, start)) start--;
    var stop = Math.min(start + rules.length, article.body.length);
    if (isLowHalf(article.body, stop)) stop++;
    var pieces = marked(article.body.slice(start, stop), wanted);
    if (start > 0) pieces.unshift([rules.gap, false]);
    if (stop < article.body.length) pieces.push([rules.gap, false]);
    return pieces;
  }

  function isLowHalf(text, at) {
    var code = text.charCodeAt(at);
    return code >= 0xdc00 && code <= 0xdfff;
  }

  function passes(row, filters) {
    return (!filters.year || row[2].slice(0, 4) === filters.year) &&
      (!filters.category || catalogue.categories[row[3]] === filters.category) &&
      (!filters.tag || row[4].some(function (tag) { return catalogue.tags[tag] === filters.tag; })) &&
      (!filters.series || String(row[5]) === String(filters.series));
  }

  // The articles that a query finds, the best first, of those whose texts are loaded. Of the first `limit`
  // there are title and text in pieces.
  function search(text, filters, limit) {
    var query = parse(text), found = [];
    if (query.wanted.length + query.unwanted.length) {
      catalogue.articles.forEach(function (row, place) {
        var article = texts[place];
        if (!article || !passes(row, filters || {})) return;  // not loaded yet
        var terms = [];
        for (var one of query.wanted) {
          var some = occurrences(article, one);
          if (some === null) return;
          terms.push(some);
        }
        for (var other of query.unwanted) {
          if (article.title.includes(other) || article.folded.includes(other)) return;
        }
        found.push({row: row, article: article, terms: terms, score: score(terms)});
      });
    }
    found.sort(function (a, b) {
      return b.score[0] - a.score[0] || b.score[1] - a.score[1] ||
        (a.row[2] < b.row[2] ? 1 : a.row[2] > b.row[2] ? -1 : b.row[0] - a.row[0]);
    });
    return {
      total: found.length,
      ids: found.map(function (one) { return one.row[0]; }),
      hits: found.slice(0, limit).map(function (one) {
        return {
          id: one.row[0],
          published: one.row[2],
          category: catalogue.categories[one.row[3]] || '',
          status: one.row[6],
          title: marked(one.row[1], query.wanted),
          text: snippet(one.article, one.terms, query.wanted)
        };
      })
    };
  }

  function loadScript(address) {
    return new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = address;
      script.onload = function () { script.remove(); done(); };
      script.onerror = function () { failed(new Error(address)); };
      document.head.appendChild(script);
    });
  }

  // Load once what is known of the articles, without their texts.
  function open(root) {
    opening = opening || Promise.all([
      loadScript(root + 'search/rules.js'), loadScript(root + 'search/articles.js')
    ]).catch(function (error) { opening = null; throw error; });
    return opening;
  }

  // Load everything once, the newest articles first; `progress` is told how many of the scripts are
  // there, and of how many. What is there can be searched in.
  function load(root, progress) {
    loading = loading || open(root).then(function () {
      var next = catalogue.groups, done = 0;
      function one() {
        if (next <= 0) return null;
        var group = String(--next).padStart(3, '0');
        return loadScript(root + 'search/texts-' + group + '.js').then(function () {
          done++;
          if (heard) heard(done, catalogue.groups);
          return one();
        });
      }
      return Promise.all([one(), one(), one()]);
    }).catch(function (error) { loading = null; throw error; });
    heard = progress;
    return loading;
  }

  var groupSize = 0;
  return {
    rules: setRules,
    articles: function (given) { catalogue = given; groupSize = given.size; },
    texts: function (group, bodies) {
      bodies.forEach(function (body, place) {
        var number = group * groupSize + place, folded = fold(body);
        texts[number] = {
          body: body, folded: folded.text, isShifted: folded.isShifted,
          title: fold(catalogue.articles[number][1]).text
        };
      });
    },
    catalogue: function () { return catalogue; },
    open: open,
    load: load,
    parse: parse,
    search: search
  };
})();
