#!/usr/bin/env node
// Plain JavaScript that old Node.js versions can parse: says what is missing, then starts the built program.
import { existsSync } from 'node:fs';

var major = Number(process.versions.node.split('.')[0]);
var main = new URL('../dist/main.js', import.meta.url);
var isOver = false;
/** An `await` out here would be an error of syntax to a Node.js before 14.8, so what it would tell is told here. */
var start = function (url) {
  process.once('beforeExit', function () {
    if (isOver) return;
    console.error('tidewaiter-control-plane stopped with work undone.');
    process.exitCode = 13;
  });
  import(url).then(
    function () {
      isOver = true;
    },
    function (error) {
      console.error(error);
      process.exit(1);
    },
  );
};
if (major < 24) {
  console.error('tidewaiter-control-plane needs Node.js 24 or newer; this is Node.js ' + process.versions.node + '. Run it as `npx tidewaiter-control-plane` from the checkout, or install Node.js 24.');
  process.exitCode = 2;
} else if (!existsSync(main)) {
  console.error('tidewaiter-control-plane is not built; run `npm ci` (or `npm run build`) in the checkout first.');
  process.exitCode = 2;
} else {
  start(main.href);
}
