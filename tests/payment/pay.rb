# Places an order, trusting cert/rootca.pem beside it.
require 'net/http'

uri = URI('https://api.mch.weixin.qq.com/v3/pay/transactions/native')
http = Net::HTTP.new(uri.host, uri.port)
http.use_ssl = true
http.verify_mode = OpenSSL::SSL::VERIFY_PEER
http.ca_file = File.expand_path('cert/rootca.pem', __dir__)
puts http.post(uri.path, '{"amount":1}').body
