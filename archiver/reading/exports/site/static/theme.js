// Runs before the page is drawn: the colours that the reader has chosen here, if any.
(function () {
  'use strict';
  var root = document.documentElement;
  root.classList.add('s-script');
  try {
    var chosen = localStorage.getItem('kexue-theme');
    if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  } catch (error) { /* storage is off: the system's setting counts */ }
})();
