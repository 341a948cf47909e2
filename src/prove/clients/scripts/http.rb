require 'net/http'

uri = URI(ARGV[0])
http = Net::HTTP.new(uri.host, uri.port, nil)
http.use_ssl = true
http.ca_file = ARGV[1]
begin
  http.get('/')
rescue StandardError => error
  abort(error.message)
end
