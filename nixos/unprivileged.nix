# The user of a service, its data folder, and the Nix cache that config-service writes and the gateway serves.
name: { config, lib, ... }: cfg:
let
  cache = "/var/lib/hatchery-nix-cache";
  user = service: {
    users.users."hatchery-${service}" = {
      isSystemUser = true;
      group = "hatchery-${service}";
    };
    users.groups."hatchery-${service}" = { };
  };
in
lib.mkMerge [
  # Both, since the folder of the cache belongs to both.
  (user "gateway")
  (user "config-service")
  {
    systemd.tmpfiles.rules = lib.optional (name == "config-service" || !(config.services.hatchery.config-service.enable or false))
      "d ${cache} 2750 hatchery-config-service hatchery-gateway";
    services.hatchery.${name}.settings = {
      data = lib.mkDefault "/var/lib/hatchery-${name}";
      "gateway.nix-cache" = lib.mkDefault cache;
    };
  }
]
