#include "message/message.hpp"
