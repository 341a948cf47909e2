# Usage: ruby read.rb FOLDER < names
# What OpenSSL::X509::Store#add_file makes of FOLDER/NAME.pem; the output is that of read.py.
require "openssl"

folder = ARGV[0]
leaves = %w[A B C].to_h { |letter| [letter, OpenSSL::X509::Certificate.new(File.binread("#{folder}/leaf#{letter}.der"))] }
$stdin.read.split.each do |name|
  store = OpenSSL::X509::Store.new
  store.purpose = OpenSSL::X509::PURPOSE_SSL_SERVER
  error = 0
  begin
    store.add_file("#{folder}/#{name}.pem")
  rescue OpenSSL::X509::StoreError
    error = 1
  end
  trusted = leaves.select { |_, leaf| store.verify(leaf) }.keys.join
  puts [name, trusted.empty? ? "-" : trusted, error, "?"].join(" ")
end
