// A real peer of the broker: MQTT.js from the folder in MQTTJS_DIR. Arguments:
// the URL and the protocol version (4 or 5). It exits with 0 when everything
// that it sent came back as it should.
const path = require('node:path')
const assert = require('node:assert')
const mqtt = require(path.join(process.env.MQTTJS_DIR, 'node_modules', 'mqtt'))

const [url, version] = [process.argv[2], Number(process.argv[3])]
const options = { protocolVersion: version, reconnectPeriod: 0, connectTimeout: 10000 }
const open = (more) => mqtt.connectAsync(url, { ...options, ...more })
const next = (client) => new Promise((resolve) => client.once('message', (topic, payload, packet) => resolve(packet)))

async function main () {
  const watcher = await open({ clientId: 'watcher' })
  const kept = { clientId: 'kept', clean: false, ...(version === 5 && { properties: { sessionExpiryInterval: 60 } }) }
  let subscriber = await open({ ...kept, will: { topic: 'gone', payload: 'lost', qos: 1, retain: false } })
  const publisher = await open({ clientId: 'publisher' })
  await watcher.subscribeAsync('gone', { qos: 1 })
  await subscriber.subscribeAsync('a/#', { qos: 2 })
  for (const qos of [0, 1, 2]) {
    for (const size of [0, 1, 125, 126, 70000, 900000]) {
      const came = next(subscriber)
      const properties = version === 5 ? { responseTopic: 'r', userProperties: { k: 'v' } } : undefined
      await publisher.publishAsync('a/b', Buffer.alloc(size, size), { qos, properties })
      const packet = await came
      assert.strictEqual(packet.qos, qos)
      assert.strictEqual(packet.payload.length, size)
      if (version === 5) {
        assert.strictEqual(packet.properties.responseTopic, 'r')
        assert.strictEqual(packet.properties.userProperties.k, 'v')
      }
    }
  }
  const will = next(watcher)
  subscriber.stream.destroy()
  assert.strictEqual((await will).payload.toString(), 'lost')
  for (const qos of [1, 2]) await publisher.publishAsync('a/kept', String(qos), { qos })
  const waiting = []
  subscriber = mqtt.connect(url, { ...options, ...kept })
  await new Promise((resolve) => subscriber.on('message', (topic, payload) => {
    waiting.push(payload.toString())
    if (waiting.length === 2) resolve()
  }))
  assert.deepStrictEqual(waiting, ['1', '2'])
  await publisher.publishAsync('a/retained', 'state', { retain: true, qos: 1 })
  const retained = next(watcher)
  await watcher.subscribeAsync('a/retained')
  assert.ok((await retained).retain)
  for (const client of [watcher, subscriber, publisher]) await client.endAsync()
}

const timer = setTimeout(() => { console.error('too slow'); process.exit(2) }, 60000)
main().then(() => clearTimeout(timer), (err) => { console.error(err); process.exit(1) })
