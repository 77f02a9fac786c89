# services.hatchery.gateway: the fleet over HTTP and websockets.
import ./service.nix {
  name = "gateway";
  description = "Hatchery's gateway";
  confinement = import ./confinement.nix "gateway" { };
  extraConfig = import ./unprivileged.nix "gateway";
}
