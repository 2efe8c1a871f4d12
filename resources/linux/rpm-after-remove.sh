#!/bin/sh
# rpm runs this after the install script of the version that takes this one's place: what that made stays.
[ "$1" = 0 ] || exit 0

if type update-alternatives >/dev/null 2>&1; then
  update-alternatives --remove slipway-app /opt/Slipway/slipway-app
else
  rm -f /usr/bin/slipway-app
fi

profile=/etc/apparmor.d/slipway-app
if [ -f "$profile" ]; then
  if apparmor_status --enabled >/dev/null 2>&1; then apparmor_parser --remove "$profile" || true; fi
  rm -f "$profile"
fi
