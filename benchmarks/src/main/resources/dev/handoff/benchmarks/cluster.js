// Node's cluster with two workers: node cluster.js PORT rr|none. HUP replaces them, each when its successor listens.
'use strict';

const cluster = require('node:cluster');
const http = require('node:http');

const [port, policy] = process.argv.slice(2);
const body = Buffer.from('Hello world\n');
const headers = { 'Content-Type': 'text/plain', 'Content-Length': body.length };

if (cluster.isPrimary) {
    cluster.schedulingPolicy = policy === 'none' ? cluster.SCHED_NONE : cluster.SCHED_RR;
    cluster.fork();
    cluster.fork();
    process.on('SIGHUP', () => {
        for (const old of Object.values(cluster.workers)) {
            cluster.fork().once('listening', () => old.disconnect());
        }
    });
} else {
    http.createServer((request, response) => {
        const found = request.url === '/plaintext';
        response.writeHead(found ? 200 : 404, headers);
        response.end(body);
    }).listen(Number(port), '127.0.0.1');
}
