# services.hatchery.gateway: the fleet over HTTP and websockets.
import ./service.nix {
  name = "gateway";
  description = "Hatchery's gateway";
}
