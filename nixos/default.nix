# All modules of Hatchery: services.hatchery.{gateway,config-service,runner}.
{
  imports = [ ./gateway.nix ./config-service.nix ./runner.nix ];
}
