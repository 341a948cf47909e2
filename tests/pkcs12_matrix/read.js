// Prints what node-forge finds: one line per bag. Lines of path, tab, password on standard input.
const forge = require('node-forge')
const fs = require('fs')
const { asn1, pkcs12, pki } = forge
const sha = (tree) => forge.md.sha256.create().update(asn1.toDer(tree).getBytes()).digest().toHex()

for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const [path, password] = line.split('\t')
  console.log('FILE ' + path)
  try {
    const tree = asn1.fromDer(forge.util.createBuffer(fs.readFileSync(path).toString('binary')))
    const store = pkcs12.pkcs12FromAsn1(tree, password === '-' ? undefined : password)
    for (const contents of store.safeContents) {
      for (const bag of contents.safeBags) {
        const name = ((bag.attributes.friendlyName || [])[0] || '') + ' ' +
          forge.util.bytesToHex((bag.attributes.localKeyId || [])[0] || '')
        if (bag.cert) console.log('certificate ' + sha(pki.certificateToAsn1(bag.cert)) + ' ' + name)
        else if (bag.key) console.log('key ' + sha(pki.privateKeyToAsn1(bag.key)) + ' ' + name)
        else console.log('other ' + bag.type + ' ' + name)
      }
    }
  } catch (e) {
    console.log('FAILS ' + String(e.message || e).split('\n')[0])
  }
}
