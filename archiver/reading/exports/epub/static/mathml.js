// The formulas of one article to MathML, by MathJax with the configuration of the site's pages.
var kexue = (function () {
  'use strict';
  var parts = MathJax._;
  var mathjax = parts.mathjax.mathjax;
  var visitor = new parts.core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();
  // The formulas of the article; which of them MathJax has read, and cannot read; their MathML, or
  // null; which one is at hand; how many steps are done.
  var tex, doc, items, read, failed, texts, current, done;
  parts.handlers.html_ts.RegisterHTMLHandler(parts.adaptors.liteAdaptor.liteAdaptor());

  // Called before each article: numbers, labels and macros begin anew.
  function begin(formulas) {
    read = {};
    failed = {};
    done = 0;
    tex = new parts.input.tex_ts.TeX({
      packages: ['base', 'ams', 'newcommand', 'noundefined', 'require', 'autoload', 'configmacros', 'amscd'],
      tags: 'ams',
      formatError: function (jax, error) {
        failed[current] = true;
        return jax.formatError(error);
      }
    });
    // The name of MathJax 2 for an extension that is loaded already.
    tex.preFilters.add(function (data) {
      data.math.math = data.math.math.replace(/\\require\s*\{AMScd\}/g, '');
    });
    doc = mathjax.document('', {
      InputJax: tex,
      compileError: function (document, item, error) {
        failed[current] = true;
        document.compileError(item, error);
      }
    });
    items = formulas.map(function (formula) {
      return new doc.options.MathItem(formula[0], tex, formula[1]);
    });
    texts = items.map(function () { return null; });
  }

  // A formula in which MathJax is stopped is not read.
  function compile(index) {
    current = index;
    delete read[index];
    delete failed[index];
    for (var tries = 0; ; tries++) {
      try {
        doc.compileMath(items[index]);
        read[index] = !failed[index];
        return;
      } catch (error) {
        // An extension is there now, so MathJax reads the formula again.
        if (!error.retry || tries > 9) return;
      }
    }
  }

  // One that names a later equation is read a second time, when that has its number.
  function recompile(index) {
    var item = items[index], data = item.inputData.recompile;
    if (data === undefined || !read[index]) return;
    item.state(data.state);
    item.inputData.recompile = data;
    compile(index);
  }

  function write(index) {
    if (!read[index]) return;
    try {
      texts[index] = visitor.visitTree(items[index].root);
    } catch (error) {
      return;
    }
  }

  // Each formula is read, then each once more, then each is written. Goes on for a time in
  // milliseconds, by one step at least, also from a step in which it was stopped. Returns how many
  // steps are left.
  function go(time) {
    var end = Date.now() + time;
    do {
      var phase = [compile, recompile, write][Math.floor(done / items.length)];
      phase(done++ % items.length);
    } while (left() > 0 && Date.now() < end);
    return left();
  }

  function left() {
    return 3 * items.length - done;
  }

  // Reads no further formula.
  function skip() {
    done = Math.max(done, 2 * items.length);
  }

  function made() {
    return JSON.stringify(texts);
  }

  return {begin: begin, go: go, left: left, skip: skip, made: made};
})();
