// Makes a PKCS#12 file with node-forge: directory, file, password.
const forge = require('node-forge')
const fs = require('fs')
const [directory, out, password] = process.argv.slice(2)
const read = (name) => fs.readFileSync(`${directory}/${name}.pem`, 'utf8')
const key = forge.pki.privateKeyFromPem(read('key'))
const chain = ['leaf', 'middle', 'root'].map((name) => forge.pki.certificateFromPem(read(name)))
const store = forge.pkcs12.toPkcs12Asn1(key, chain, password, { algorithm: '3des', friendlyName: 'shop' })
fs.writeFileSync(out, Buffer.from(forge.asn1.toDer(store).getBytes(), 'binary'))
