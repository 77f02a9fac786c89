{
  description = "Hatchery runs fleets of lightweight OS containers the NixOS way";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = make: builtins.listToAttrs (map (name: { inherit name; value = make nixpkgs.legacyPackages.${name}; }) systems);
    in
    {
      # The jars are built before, and are in no commit: nix build path:.#hatchery
      packages = each (pkgs: rec {
        hatchery = pkgs.callPackage ./nixos/package.nix { jdk = pkgs.jdk25_headless or pkgs.jdk25; };
        default = hatchery;
      });

      nixosModules = {
        gateway = ./nixos/gateway.nix;
        config-service = ./nixos/config-service.nix;
        runner = ./nixos/runner.nix;
        default = ./nixos;
      };
    };
}
