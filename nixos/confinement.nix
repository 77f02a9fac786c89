# What a service may do that needs no rights of root: a function of its name and its own directives of systemd.exec(5).
name: own:
{
  User = "hatchery-${name}";
  Group = "hatchery-${name}";
  UMask = "0077";
  StateDirectory = "hatchery-${name}";
  StateDirectoryMode = "0700";
  CapabilityBoundingSet = "";
  AmbientCapabilities = "";
  NoNewPrivileges = true;
  PrivateUsers = true;
  ProtectSystem = "strict";
  ProtectHome = true;
  PrivateMounts = true;
  PrivateTmp = true;
  PrivateDevices = true;
  DevicePolicy = "closed";
  ProtectProc = "invisible";
  ProcSubset = "pid";
  ProtectClock = true;
  ProtectHostname = true;
  ProtectControlGroups = true;
  ProtectKernelLogs = true;
  ProtectKernelModules = true;
  ProtectKernelTunables = true;
  LockPersonality = true;
  RemoveIPC = true;
  RestrictNamespaces = true;
  RestrictRealtime = true;
  RestrictSUIDSGID = true;
  RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" ];
  SystemCallArchitectures = "native";
  SystemCallFilter = [ "@system-service" "~@privileged @resources" ];
  SystemCallErrorNumber = "EPERM";
  # MemoryDenyWriteExecute is not set: the JVM compiles to memory and then executes it.
} // own
