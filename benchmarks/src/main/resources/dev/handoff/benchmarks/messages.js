// Messages from one worker of Node's cluster to another, passed on by the primary: node messages.js json|bytes COUNT ROUNDS
'use strict';

const cluster = require('node:cluster');

const [format, ...numbers] = process.argv.slice(2);
const [count, rounds] = numbers.map(Number);

if (cluster.isPrimary) {
    cluster.setupPrimary({ serialization: format === 'json' ? 'json' : 'advanced' });
    const sender = cluster.fork();
    const receiver = cluster.fork();
    let round = 0;
    let begin;
    const go = () => {
        begin = process.hrtime.bigint();
        sender.send({ go: true });
    };
    sender.on('message', message => receiver.send(message));
    receiver.on('message', () => {
        const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
        if (++round < rounds) {
            go();
        } else {
            console.log(Math.round(count / seconds));
            cluster.disconnect();
        }
    });
    let online = 0;
    cluster.on('online', () => {
        if (++online === 2) {
            go();
        }
    });
} else {
    let received = 0;
    const payload = number => (format === 'json' ? { number, text: 'hello, worker' } : Buffer.alloc(64, number));
    const pump = number => {
        let writable = true;
        while (number < count && writable) {
            writable = process.send(payload(number++));
        }
        if (number < count) {
            setImmediate(pump, number);
        }
    };
    process.on('message', message => {
        if (message.go) {
            pump(0);
        } else if (++received === count) {
            received = 0;
            process.send({ done: true });
        }
    });
}
