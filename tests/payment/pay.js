// Places an order, trusting cert/rootca.pem beside it.
const fs = require('fs');
const https = require('https');
const path = require('path');

const request = https.request({
  hostname: 'api.mch.weixin.qq.com',
  path: '/v3/pay/transactions/native',
  method: 'POST',
  ca: fs.readFileSync(path.join(__dirname, 'cert', 'rootca.pem')),
}, (answer) => answer.pipe(process.stdout));
request.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
request.end('{"amount":1}');
