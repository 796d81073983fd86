#!/bin/sh
# Makes the data directory of a gateway ready: with the installation's secret and, if all gateways share a folder, links to it.
#
#   HARKEN_DATA     the data directory
#   SECRET_FILE     the secret of all gateways
#   SHARED_FOLDER   the folder of audio, uploads, transcripts and results; empty: object storage has them, or this gateway is alone
set -eu
umask 077
mkdir -p "$HARKEN_DATA"
# A file system may give each file the rights of its folder's group: the secret is for its owner only.
cp "$SECRET_FILE" "$HARKEN_DATA/.secret.new"
chmod 600 "$HARKEN_DATA/.secret.new"
mv "$HARKEN_DATA/.secret.new" "$HARKEN_DATA/secret"
[ -n "${SHARED_FOLDER:-}" ] || exit 0
for name in audio uploads transcripts results; do
    mkdir -p "$SHARED_FOLDER/$name"
    if [ ! -L "$HARKEN_DATA/$name" ]; then
        # An empty folder gives way to the link; files in it would be hidden from the other gateways.
        if [ -d "$HARKEN_DATA/$name" ] && ! rmdir "$HARKEN_DATA/$name"; then
            echo "prepare: move the files of $HARKEN_DATA/$name to $SHARED_FOLDER/$name, and delete the folder" >&2
            exit 1
        fi
        ln -s "$SHARED_FOLDER/$name" "$HARKEN_DATA/$name"
    fi
done
