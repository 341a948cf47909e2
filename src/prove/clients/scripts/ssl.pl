use strict;
use warnings;
use IO::Socket::SSL;

my ($port, $bundle) = @ARGV;
my $socket = IO::Socket::SSL->new(
    PeerAddr => 'localhost',
    PeerPort => $port,
    SSL_verify_mode => SSL_VERIFY_PEER,
    SSL_verifycn_scheme => 'http',
    SSL_ca_file => $bundle,
) or die "$SSL_ERROR\n";
print {$socket} "GET / HTTP/1.0\r\n\r\n";
die "no answer\n" unless defined readline($socket);
