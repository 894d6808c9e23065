'use strict';
// Sends requests through Node's own keep-alive agent until its input ends; prints what became of them, by JSON.
const http = require('node:http');

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const result = { sent: 0, answered: 0, failed: 0, first: '' };
let stopping = false;

process.stdin.on('end', () => { stopping = true; }).resume();

function get() {
  return new Promise((resolve) => {
    const failed = (error) => {
      result.failed++;
      result.first ||= String(error);
      resolve();
    };
    result.sent++;
    http.get({ agent, host: '127.0.0.1', port: process.argv[2], path: '/plaintext' }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => { body += text; });
      response.on('error', failed);
      response.on('end', () => {
        if (response.statusCode !== 200 || body !== 'Hello world\n') {
          failed(`${response.statusCode} ${body}`);
        } else {
          result.answered++;
          resolve();
        }
      });
    }).on('error', failed);
  });
}

async function client() {
  while (!stopping) {
    await get();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  }
}

Promise.all(Array.from({ length: 12 }, client)).then(() => {
  agent.destroy();
  console.log(JSON.stringify(result));
});
