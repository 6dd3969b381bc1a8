// The console's behaviour. Pages work without it; see design.md sections 5 and 6.
(() => {
  'use strict';
})();
