{
  description = "Crosswalk, a semantic reference store for TypeScript: the command line, its tests and a dev shell";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      forEachSystem = make: nixpkgs.lib.genAttrs systems (system: make system nixpkgs.legacyPackages.${system});

      # What npm and the native modules need; libsql, onnxruntime and usearch load libstdc++ when they run.
      tools = pkgs: [
        pkgs.nodejs_24
        pkgs.git
        pkgs.coreutils
      ];
      libraries = pkgs: pkgs.lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib ];

      # Copies the sources to a folder that can be written and installs the dependencies there. The npm package `node`
      # puts a Node of its own into node_modules/.bin, which comes first in npm's scripts and does not start on NixOS:
      # the one of nixpkgs takes its place.
      prepare = pkgs: ''
        export LD_LIBRARY_PATH="${libraries pkgs}''${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
        prepare() {
          cp -R ${self}/. "$1"
          chmod -R u+w "$1"
          cd "$1"
          npm ci --no-audit --no-fund >&2
          ln -sf ${pkgs.nodejs_24}/bin/node node_modules/.bin/node
        }
      '';

      # A command that runs an npm script in a copy of its own and removes it.
      script =
        pkgs: name: npmScript:
        pkgs.writeShellApplication {
          inherit name;
          runtimeInputs = tools pkgs;
          text = ''
            ${prepare pkgs}
            work=$(mktemp -d)
            trap 'rm -rf "$work"' EXIT
            prepare "$work"
            npm run ${npmScript} -- "$@"
          '';
        };

      # The command line. It is built once for each version of the sources, in the user's cache folder.
      cli =
        pkgs:
        pkgs.writeShellApplication {
          name = "crosswalk";
          runtimeInputs = tools pkgs;
          text = ''
            ${prepare pkgs}
            cache="''${XDG_CACHE_HOME:-$HOME/.cache}/crosswalk/nix"
            built="$cache/${builtins.baseNameOf self}"
            if [ ! -e "$built" ]; then
              mkdir -p "$cache"
              work=$(mktemp -d "$cache/.building-XXXXXX")
              trap 'rm -rf "$work"' EXIT
              (
                prepare "$work"
                npm run build >&2
              )
              # Another process may have been faster; then its folder is as good.
              mv -T "$work" "$built" 2>/dev/null || [ -e "$built" ]
              rm -rf "$work"
              trap - EXIT
            fi
            exec node "$built/dist/cli/crosswalk.js" "$@"
          '';
        };

      app = package: {
        type = "app";
        program = nixpkgs.lib.getExe package;
      };
    in
    {
      packages = forEachSystem (_: pkgs: {
        default = cli pkgs;
        test = script pkgs "crosswalk-test" "test";
        test-external = script pkgs "crosswalk-test-external" "test:external";
      });

      apps = forEachSystem (system: _: builtins.mapAttrs (_: app) self.packages.${system});

      devShells = forEachSystem (_: pkgs: {
        default = pkgs.mkShell {
          packages = tools pkgs;
          LD_LIBRARY_PATH = libraries pkgs;
        };
      });
    };
}
