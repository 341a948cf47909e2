# Mono has a store of its own, which it keeps in the home directory: a new one for each bundle.
HOME=$(mktemp -d "$3/home.XXXXXX") && XDG_CONFIG_HOME=$HOME/.config && export HOME XDG_CONFIG_HOME || exit
cert-sync --user "$2" && exec mono "$4" "$1"
