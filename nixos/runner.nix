# services.hatchery.runner: keeps this host's containers as the fleet wants them.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "runner";
    description = "Hatchery's runner";
    unit.path = [ config.nix.package pkgs.iproute2 pkgs.nftables pkgs.util-linux pkgs.systemd pkgs.perl ];
    extraConfig = cfg: {
      # The units of containers, and the runner, call these by the names that they have everywhere else.
      systemd.tmpfiles.rules = [
        "L+ /usr/bin/systemd-nspawn - - - - ${pkgs.systemd}/bin/systemd-nspawn"
        "L+ /usr/bin/perl - - - - ${pkgs.perl}/bin/perl"
        "L+ /usr/bin/nsenter - - - - ${pkgs.util-linux}/bin/nsenter"
        "L+ /usr/bin/setsid - - - - ${pkgs.util-linux}/bin/setsid"
      ];
    };
  }
  arguments
