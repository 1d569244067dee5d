# Just enough of nixpkgs to evaluate the project's flake without a network: applications are their own text.
{
  outputs =
    { self }:
    let
      lib = {
        genAttrs =
          names: make:
          builtins.listToAttrs (
            map (name: {
              inherit name;
              value = make name;
            }) names
          );
        getExe = package: "${package.name}/bin/${package.name}";
        makeLibraryPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/lib") packages);
      };
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (system: rec {
        inherit lib system;
        package =
          name: extra:
          derivation {
            inherit name system;
            builder = "/bin/sh";
          }
          // extra;
        nodejs_24 = package "nodejs" { };
        git = package "git" { };
        coreutils = package "coreutils" { };
        stdenv.cc.cc.lib = package "gcc-lib" { };
        writeShellApplication =
          {
            name,
            runtimeInputs,
            text,
          }:
          package name {
            inherit runtimeInputs text;
          };
        mkShell = shell: package "shell" shell;
      });
    in
    {
      inherit lib legacyPackages;
    };
}
