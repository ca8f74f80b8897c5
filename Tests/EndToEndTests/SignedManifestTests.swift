import TestSupport
import Testing

/// What a machine without Git may know of a manifest: who made it.
@Suite struct SignedManifestTests {
    @Test func `A signature by OpenSSH proves who made a manifest, and a changed one is refused`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            GetTests.published + """
                ssh-keygen -q -t ed25519 -N '' -f ~/key && ssh-keygen -q -t ed25519 -N '' -f ~/other
                printf 'ada@example.org namespaces="git" %s\\n' "$(cat ~/key.pub)" > ~/signers
                git config gpg.format ssh && git config user.signingKey '~/key.pub'
                git model export manifest v1.0.0 -o ~/plain.json && git model export manifest --sign v1.0.0 -o ~/v1.json
                git config tag.gpgSign true && git config user.signingKey ~/other && git model export manifest v1.0.0 > ~/other.json
                git model export manifest --no-sign v1.0.0 | cmp - ~/plain.json && git config --unset user.signingKey
                code=0 && git model export manifest v1.0.0 2> ~/err || code=$? && test $code = 5 && grep -q user.signingKey ~/err
                cd ~ && mkdir bin && ln -s "$(command -v ssh-keygen)" bin && tool=$(command -v git-model)
                env -i PATH=$HOME/bin HOME=/nonexistent $tool get --manifest v1.json --allowed-signers signers -o one
                (cd one && sha256sum -c --quiet ~/sum.1)
                refused() {
                    code=0 && git model get --manifest $1 --allowed-signers signers -o two 2> err || code=$?
                    cat err && test $code = 4 && test ! -e two && grep -q "$2" err
                }
                refused plain.json 'is not signed' && refused other.json 'does not list'
                for change in 's/v1.0.0/v9.9.9/' 's/models/elsewhere/' 's/"size": /&1/' 's/"kind": "file",/"executable": true, &/'; do
                    sed "$change" v1.json > bad.json && ! cmp -s v1.json bad.json && refused bad.json 'was changed' || exit 3
                done
                sed 's/SIGNATURE-----.n..../&A/' v1.json > bad.json && ! cmp -s v1.json bad.json && refused bad.json 'was changed'
                sed 's/-----BEGIN SSH/-----START SSH/' v1.json > bad.json && refused bad.json 'no signature that is known'
                sed 's/^ *//' v1.json > bare.json && git model get -q --manifest bare.json --allowed-signers signers -o three
                git model get -q --manifest v1.json -o four && (cd four && sha256sum -c --quiet ~/sum.1)
                sed '/^  "signature": /d' v1.json | cmp - plain.json
                python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin)["signature"])' < v1.json > signature
                ssh-keygen -Y verify -n git -f signers -I ada@example.org -s signature < plain.json
                code=0 && git model get origin v1.0.0 --allowed-signers signers 2> err || code=$? && test $code = 2
                code=0 && PATH=/nowhere $tool get --manifest v1.json --allowed-signers signers -o two 2> err || code=$?
                test $code = 5 && test ! -e two && grep -q ssh-keygen err
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [", signed\n", "Signed by ada@example.org\n"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `What only this user configured is in no manifest`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            GetTests.published + """
                git model export manifest v1.0.0 -o ~/v1.json && grep -q '"remotes"' ~/v1.json
                git config git-model.remote.mirror.url 'https://cache.example.org/m?sig=SECRET'
                git config git-model.remote.default mirror && git config --global git-model.remote.store.url ~/private
                git config git-model.remote.store.url ~/more && git model export manifest v1.0.0 -o ~/again.json
                cmp ~/v1.json ~/again.json && git config -f .mver/config --remove-section remote.store
                code=0 && git model export manifest v1.0.0 -o ~/no.json || code=$? && test $code = 5 && test ! -e ~/no.json
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["error: no remote is set up for everybody, in .mver/config\n", "git model remote add store URL"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A version that does not stand up has no manifest, and a server of MLflow is told of none`() async throws
    {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            GetTests.published + """
                refused() {
                    git model export manifest $1 -o ~/no.json || echo "$1 manifest $?"
                    git model export mlflow $1 http://127.0.0.1:1 || echo "$1 mlflow $?"
                }
                git config tag.gpgSign true && git model export manifest HEAD -o ~/head.json && git config tag.gpgSign false
                grep -c '"signature"' ~/head.json || git model export manifest --sign HEAD -o ~/no.json || echo "unsigned $?"
                git tag -l --format='%(contents)' small@v1.0.0 > ~/message
                git tag -f -a --cleanup=verbatim -F ~/message small@v1.0.0 main > ~/log && refused v1.0.0
                git tag -a -m 'Take it back' 'small@v1.1.0!' small@v1.1.0^0 && refused v1.1.0 && git tag -d 'small@v1.1.0!' > ~/log
                echo 'nobody ssh-ed25519 AAAA' > .mver/allowed_signers && git add -A && git commit -qm Signers
                refused v1.1.0 && test ! -e ~/no.json
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in [
            "warning: HEAD is no version: it is neither verified nor signed\n",
            "\n0\nerror: cannot sign the manifest of HEAD, which is no version\n", "unsigned 2\n",
            "error: the commit of small@v1.0.0 has another weights/a.bin than its tag says\n", "v1.0.0 manifest 4\n",
            "v1.0.0 mlflow 4\n", "error: cannot export small@v1.1.0: it was taken back\n", "v1.1.0 manifest 5\n",
            "v1.1.0 mlflow 5\n", "error: cannot export small@v1.1.0: the tag is not signed\n", "v1.1.0 manifest 4\n",
            "v1.1.0 mlflow 4\n",
        ] { #expect(result.output.contains(text), "\(text): \(result.output)") }
    }

    @Test func `A signature by OpenPGP counts when the key is listed`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            GetTests.published + """
                make() { gpg --batch --quiet --passphrase '' --quick-gen-key "$1 <$1@example.org>" ed25519 sign 2> ~/log; }
                make ada && make bob && git model export manifest --sign v1.0.0 -o ~/ada.json
                git config user.signingKey bob@example.org && git model export manifest --sign v1.0.0 -o ~/bob.json
                gpg --list-keys --with-colons ada@example.org | awk -F: '/^fpr/ { print "gpg:" $10; exit }' > ~/signers && cd ~
                git model get --manifest ada.json --allowed-signers signers -o one && (cd one && sha256sum -c --quiet ~/sum.1)
                for file in bob.json bad.json; do
                    test $file = bob.json || sed 's/v1.0.0/v9.9.9/' ada.json > $file
                    code=0 && git model get --manifest $file --allowed-signers signers -o two 2> err || code=$?
                    cat err && test $code = 4 && test ! -e two || exit 3
                done
                gpgconf --kill all
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        for text in ["Signed by OpenPGP key ", "which signers does not list", "was changed since it was signed"] {
            #expect(result.output.contains(text), "\(text): \(result.output)")
        }
    }

    @Test func `A signature by an OpenPGP key that was revoked afterwards counts no more`() async throws {
        let scratch = try await ScratchRepository()
        let result = try await scratch.run(
            GetTests.published + """
                make() { gpg --batch --quiet --passphrase '' --quick-gen-key "$1 <$1@example.org>" ed25519 sign 2> ~/log; }
                make ada && make bob && git model export manifest --sign v1.0.0 -o ~/ada.json && cd ~
                key=$(gpg --list-keys --with-colons ada@example.org | awk -F: '/^fpr/ { print $10; exit }')
                echo "gpg:$key" > signers && git model get -q --manifest ada.json --allowed-signers signers -o one
                sed 's/^:-----BEGIN/-----BEGIN/' "$(gpgconf --list-dirs homedir)/openpgp-revocs.d/$key.rev" > revocation
                gpg --batch --quiet --import revocation 2> log
                # Nor does it help to let somebody sign besides whose key is good.
                sed '/^  "signature": /d' ada.json > plain
                python3 - <<'END'
                import json, subprocess
                def gpg(*words, given):
                    return subprocess.run(["gpg", "--batch", *words], input=given, capture_output=True, check=True).stdout
                manifest = json.load(open("ada.json"))
                own = gpg("-u", "bob@example.org", "-bs", given=open("plain", "rb").read())
                both = gpg("--enarmor", given=gpg("--dearmor", given=manifest["signature"].encode()) + own).decode()
                lines = [line.replace("ARMORED FILE", "SIGNATURE") for line in both.splitlines() if "Comment" not in line]
                manifest["signature"] = "\\n".join(lines) + "\\n"
                json.dump(manifest, open("both.json", "w"))
                END
                for file in ada.json both.json; do
                    code=0 && git model get --manifest $file --allowed-signers signers -o two 2> err || code=$?
                    cat err && test $code = 4 && test ! -e two || exit 3
                done
                gpgconf --kill all
                """
        )
        #expect(result.exitCode == 0, "\(result.output)")
        #expect(result.output.ranges(of: ", which was revoked").count == 2, "\(result.output)")
    }
}
